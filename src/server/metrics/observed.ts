import type { NodeStats } from "../node/node.ts";
import type { Counters } from "../common/counters.ts";

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

/** What has gone over the bus between servers since the start: plain numbers that only grow. */
export interface BusFacts {
  readonly isConnected: boolean;
  readonly published: number;
  readonly publishedBytes: number;
  readonly received: number;
  readonly receivedBytes: number;
  /** Hints that did not go out. */
  readonly dropped: number;
  /** What came and was no hint. */
  readonly unreadable: number;
}

/** All that the metrics are read from, as it is at one moment. */
export interface Observed {
  readonly version: string;
  readonly stats: NodeStats;
  readonly counters: Counters;
  readonly hashes: { readonly running: number; readonly waiting: number };
  /** `undefined`: there is no bus but the server's own. */
  readonly bus?: BusFacts | undefined;
  readonly process: ProcessFacts;
}
