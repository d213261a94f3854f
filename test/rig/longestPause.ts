/** Measures the longest pause of something that should go on, up to now, in milliseconds. */
export class LongestPause {
  #markedAt = performance.now();
  #longest = 0;

  /** Starts the measurement again. */
  begin(): void {
    this.#markedAt = performance.now();
    this.#longest = 0;
  }

  /** Ends the current pause, because the thing went on. */
  mark(): void {
    this.#longest = this.ms;
    this.#markedAt = performance.now();
  }

  /** The longest pause since `begin`, the current one included. */
  get ms(): number {
    return Math.max(this.#longest, performance.now() - this.#markedAt);
  }
}
