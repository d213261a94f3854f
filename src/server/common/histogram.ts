/**
 * How often values fell where, and their sum: a histogram in plain numbers, so that each response of the room can be counted for a
 * few nanoseconds.
 */
export class Histogram {
  /** Ascending; a value counts for the first one that it does not pass. */
  readonly bounds: readonly number[];
  /** By bound; the last one more is for what passed them all. */
  readonly counts: number[];
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** How many values there were. */
  get count(): number {
    return this.#count;
  }

  /** All values together. */
  get sum(): number {
    return this.#sum;
  }

  /** Counts a value. */
  add(value: number): void {
    let place = 0;
    while (place < this.bounds.length && value > (this.bounds[place] as number)) place += 1;
    this.counts[place] = (this.counts[place] as number) + 1;
    this.#count += 1;
    this.#sum += value;
  }
}

/** The bounds of what takes from a tenth of a millisecond to ten seconds; in milliseconds. */
export const STORE_TIMES = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
