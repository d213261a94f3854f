const FINE_BITS = 7;
const FINE = 1 << FINE_BITS;

/**
 * How often each length of time was seen, in microseconds. Bounded memory however many there are: the width of a bucket
 * is less than 0.8 % of its value.
 */
export class Histogram {
  readonly #counts = new Float64Array((32 - FINE_BITS) * FINE);
  #total = 0;
  #longest = 0;

  get total(): number {
    return this.#total;
  }

  /** The longest, in milliseconds. */
  get longest(): number {
    return this.#longest;
  }

  add(milliseconds: number): void {
    const bucket = bucketOf(Math.max(0, Math.round(milliseconds * 1000)));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
    if (milliseconds > this.#longest) this.#longest = milliseconds;
  }

  /** Adds all that another one has seen. */
  take(other: Histogram): void {
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#total += other.#total;
    this.#longest = Math.max(this.#longest, other.#longest);
  }

  /** The time that a share (0 to 1) of all stayed within, in milliseconds. */
  quantile(share: number): number {
    let left = Math.ceil(share * this.#total);
    if (left === 0) return Number.NaN;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return middleOf(bucket) / 1000;
    }
    return this.#longest;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#longest = 0;
  }
}

function bucketOf(microseconds: number): number {
  const value = Math.min(microseconds, 0x7fffffff);
  if (value < FINE) return value;
  const shift = 31 - Math.clz32(value) - FINE_BITS;
  return (shift + 1) * FINE + ((value >>> shift) - FINE);
}

function middleOf(bucket: number): number {
  if (bucket < FINE) return bucket;
  const shift = Math.floor(bucket / FINE) - 1;
  return ((bucket % FINE) + FINE + 0.5) * 2 ** shift;
}
