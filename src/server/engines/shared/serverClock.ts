/** Answers that take longer are ignored: the time in them is too old. */
const MAX_ANSWER_MS = 1_000;

/** Estimates the clock of the database server. The estimate is late by the time that an answer takes to arrive. */
export class ServerClock {
  /** Server time minus `performance.now`, which setting the clock does not change. Undefined: not known yet. */
  #offset: number | undefined;

  /**
   * Records the server's `time` (milliseconds since the epoch), from a query sent at `askedAt` (of
   * `performance.now`).
   */
  observe(time: number, askedAt: number): void {
    const now = performance.now();
    if (this.#offset === undefined || now - askedAt < MAX_ANSWER_MS) this.#offset = time - now;
  }

  /** The server's time in `ms` milliseconds, in whole milliseconds since the epoch. */
  in(ms: number): number {
    return Math.floor((this.#offset ?? 0) + performance.now() + ms);
  }
}
