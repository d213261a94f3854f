import type { RoomStats } from "../room/room.ts";
import type { Tallies } from "../room/tallies.ts";

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

/** All that the metrics are read from, as it is at one moment. */
export interface Observed {
  readonly version: string;
  readonly stats: RoomStats;
  readonly tallies: Tallies;
  readonly hashes: { readonly running: number; readonly waiting: number };
  readonly process: ProcessFacts;
}
