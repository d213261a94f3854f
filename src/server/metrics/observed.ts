import type { Runtime } from "../../shared/runtime.ts";
import type { Counters } from "../chat/counters.ts";
import type { BusCounts } from "../log/ports/bus.ts";
import type { NodeStats } from "../node/node.ts";

/** The state of the process at one moment. Times are in seconds, sizes in bytes. */
export interface ProcessFacts {
  /** Time since the start. */
  readonly uptime: number;
  /** CPU time of all threads since the start. */
  readonly cpu: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  /** Undefined if the system does not say. */
  readonly openFiles: number | undefined;
  /** Resources that keep the event loop alive, by kind. */
  readonly resources: ReadonlyMap<string, number>;
  /** Busy time of the event loop since the start. */
  readonly loopBusy: number;
  /** Delay of the event loop since the previous read, by quantile. */
  readonly loopDelay: ReadonlyMap<string, number>;
}

/** The traffic of the bus since the start, and whether it is connected now. */
export interface BusFacts extends BusCounts {
  readonly isConnected: boolean;
}

/** Calls of the rpcs since the start. */
export interface CallCounts {
  /** Sessions that `Register` or `Login` began. */
  readonly signIns: number;
  /** Calls that failed, by reason; by status if there is no reason. */
  readonly failedCalls: { entries(): IterableIterator<[string, number]> };
}

/** Everything that the metrics are read from, at one moment. */
export interface Observed {
  readonly version: string;
  readonly runtime: Runtime;
  readonly stats: NodeStats;
  /** The connections of clients: open now, and refused since the start. */
  readonly connections: {
    readonly open: number;
    readonly refused: number;
    readonly overAddress: number;
    readonly abusers: number;
  };
  readonly counters: Counters;
  readonly calls: CallCounts;
  readonly hashes: { readonly running: number; readonly waiting: number };
  /** Undefined without NATS. */
  readonly bus?: BusFacts | undefined;
  readonly process: ProcessFacts;
}
