/** Answers that take longer are ignored, except the first one: the time in them is too old. */
const MAX_ANSWER_MS = 1_000;

/** Estimates the clock of the database server. The estimate lags behind by the time that an answer takes to arrive. */
export class ServerClock {
  /**
   * The server's time minus `performance.now`, which does not jump if the machine's clock is set. Undefined: not known
   * yet.
   */
  #offset: number | undefined;

  /**
   * Records the server's `time` (milliseconds since the epoch), from a query sent at `askedAt` (of
   * `performance.now`).
   */
  observe(time: number, askedAt: number): void {
    const now = performance.now();
    if (this.#offset === undefined || now - askedAt < MAX_ANSWER_MS) this.#offset = time - now;
  }

  /** The server's time `ms` milliseconds from now, in whole milliseconds since the epoch. */
  in(ms: number): number {
    return Math.floor((this.#offset ?? 0) + performance.now() + ms);
  }
}
