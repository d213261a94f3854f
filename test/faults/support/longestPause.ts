/** The longest time in which something that should go on did not, up to now; in milliseconds. */
export class LongestPause {
  #markedAt = performance.now();
  #longest = 0;

  /** From now on it should go on. */
  begin(): void {
    this.#markedAt = performance.now();
    this.#longest = 0;
  }

  /** It went on. */
  mark(): void {
    this.#longest = this.ms;
    this.#markedAt = performance.now();
  }

  /** The one that goes on now counts. */
  get ms(): number {
    return Math.max(this.#longest, performance.now() - this.#markedAt);
  }
}
