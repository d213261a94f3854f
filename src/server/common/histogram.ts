/** Counts of values by size, and their sum, in plain numbers: counting a value takes a few nanoseconds. */
export class Histogram {
  /** Ascending; a value belongs to the first bound that is not below it. */
  readonly bounds: readonly number[];
  /** The values of each bound; one more element counts the values above all bounds. */
  readonly counts: number[];
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** The number of values. */
  get count(): number {
    return this.#count;
  }

  /** The sum of all values. */
  get sum(): number {
    return this.#sum;
  }

  /** Counts a value. */
  add(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > (this.bounds[i] as number)) i += 1;
    this.counts[i] = (this.counts[i] as number) + 1;
    this.#count += 1;
    this.#sum += value;
  }
}

/** The bounds for the durations of calls to a store, in milliseconds. */
export const STORE_TIMES_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
