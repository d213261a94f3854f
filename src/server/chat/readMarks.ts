import type { LogReplica } from "../log/logReplica.ts";
import type { Bus } from "../log/ports/bus.ts";
import type { ReadMarkers } from "../log/ports/readMarkers.ts";
import type { Counters } from "./counters.ts";

/** A read of a marker in flight, and the newest move that the node has heard of meanwhile. */
interface Reading {
  readonly accountId: number;
  upTo: number;
}

/**
 * The read markers of accounts. They are read from the store each time, which takes one lookup by key: a copy in the
 * node would be wrong after a lost notification.
 */
export class ReadMarks {
  readonly #markers: ReadMarkers;
  readonly #log: LogReplica;
  readonly #bus: Bus;
  readonly #counters: Counters;
  readonly #readings = new Set<Reading>();

  constructor(parts: { markers: ReadMarkers; log: LogReplica; bus: Bus; counters: Counters }) {
    this.#markers = parts.markers;
    this.#log = parts.log;
    this.#bus = parts.bus;
    this.#counters = parts.counters;
  }

  /**
   * Calls `use` with the marker of an account, and resolves with its result. `use` sees every move that the node has
   * heard of (`moved`) before the call of `use`. Throws `StoreUnavailable`, and the errors of `use`.
   */
  async withMarker<T>(accountId: number, use: (upTo: number) => T): Promise<T> {
    const reading: Reading = { accountId, upTo: 0 };
    this.#readings.add(reading);
    try {
      const stored = await this.#upToHead(await this.#markers.get(accountId));
      return use(Math.max(stored, reading.upTo));
    } finally {
      this.#readings.delete(reading);
    }
  }

  /**
   * Moves the marker of an account, and tells all nodes; resolves with the marker. `upTo` 0, and a `logId` that is
   * neither empty nor that of the log, change nothing. Throws `StoreUnavailable`, or `OutcomeUnknown`.
   */
  async advance(accountId: number, upTo: number, logId: string): Promise<number> {
    const isOtherLog = logId !== "" && logId !== this.#log.logId;
    if (upTo === 0 || isOtherLog) return this.#stayed(await this.#markers.get(accountId));
    const marker = await this.#markers.advance(accountId, upTo);
    if (!marker.moved) return this.#stayed(marker.upTo);
    this.#counters.markReads.add("moved");
    this.#bus.publish({ kind: "read", accountId, upTo: marker.upTo });
    return marker.upTo;
  }

  /** A notification says that a marker has moved. */
  moved(accountId: number, upTo: number): void {
    for (const reading of this.#readings) {
      if (reading.accountId === accountId) reading.upTo = Math.max(reading.upTo, upTo);
    }
  }

  #stayed(upTo: number): Promise<number> {
    this.#counters.markReads.add("stayed");
    return this.#upToHead(upTo);
  }

  /** A marker, at most the head of the log. */
  async #upToHead(upTo: number): Promise<number> {
    // Another node may have appended entries that this node has not read.
    if (upTo > this.#log.headId) await this.#log.sync.run();
    return Math.min(upTo, this.#log.headId);
  }
}
