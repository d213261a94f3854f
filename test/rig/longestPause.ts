/** Measures the longest pause between two events, up to now, in milliseconds. */
export class LongestPause {
  #markedAt = performance.now();
  #longest = 0;

  /** Starts the measurement again. */
  begin(): void {
    this.#markedAt = performance.now();
    this.#longest = 0;
  }

  /** Records an event, which ends the current pause. */
  mark(): void {
    this.#longest = this.ms;
    this.#markedAt = performance.now();
  }

  /** Includes the current pause. */
  get ms(): number {
    return Math.max(this.#longest, performance.now() - this.#markedAt);
  }
}
