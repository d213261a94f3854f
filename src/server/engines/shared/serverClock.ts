/** An answer that took longer says too little about when it was given, in milliseconds. */
const PROMPT = 1_000;

/**
 * What time it is on the database's server, as far as a node can know: it lies a little behind, by as much as an
 * answer takes to come.
 */
export class ServerClock {
  /** Of `performance.now`, which no set clock moves. Undefined: nothing is known yet. */
  #offset: number | undefined;

  /**
   * The server said that it was `time`, in milliseconds since the epoch, to a question asked at `askedAt` of
   * `performance.now`.
   */
  observe(time: number, askedAt: number): void {
    const now = performance.now();
    if (this.#offset === undefined || now - askedAt < PROMPT) this.#offset = time - now;
  }

  /** The time there, so many milliseconds from now, in whole milliseconds since the epoch. */
  in(ms: number): number {
    return Math.floor((this.#offset ?? 0) + performance.now() + ms);
  }
}
