import type { Counters } from "../chat/counters.ts";
import type { BusCounts } from "../log/ports/bus.ts";
import type { NodeStats } from "../node/node.ts";

/** What a process is like at the moment. Times are in seconds, sizes in bytes. */
export interface ProcessFacts {
  /** Since the start. */
  readonly uptime: number;
  /** Of all threads, since the start. */
  readonly cpu: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  /** `undefined` where the system does not tell. */
  readonly openFiles: number | undefined;
  /** What keeps the event loop alive, by kind. */
  readonly resources: ReadonlyMap<string, number>;
  /** How long the event loop was doing something, since the start. */
  readonly loopBusy: number;
  /** How late the event loop came to what was due, since the last look; by quantile. */
  readonly loopDelay: ReadonlyMap<string, number>;
}

/** The bus between nodes: its traffic since the start, and whether it is connected now. */
export interface BusFacts extends BusCounts {
  readonly isConnected: boolean;
}

/** Calls of the rpcs since the start. */
export interface CallCounts {
  /** Sessions that began. */
  readonly signIns: number;
  /** Calls that failed, by reason; by status if there is no reason. */
  readonly failedCalls: { entries(): IterableIterator<[string, number]> };
}

/** All that the metrics are read from, as it is at one moment. */
export interface Observed {
  readonly version: string;
  readonly stats: NodeStats;
  readonly counters: Counters;
  readonly calls: CallCounts;
  readonly hashes: { readonly running: number; readonly waiting: number };
  /** `undefined`: there is no bus but the server's own. */
  readonly bus?: BusFacts | undefined;
  readonly process: ProcessFacts;
}
