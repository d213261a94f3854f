// Durations below 128 µs have a bucket for each microsecond; above that, every power of two has 128 buckets.
const SUB_BUCKET_BITS = 7;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;

/**
 * A histogram of durations, with a resolution of one microsecond. Its memory does not grow with the number of values:
 * the width of a bucket is less than 0.8 % of its value.
 */
export class Histogram {
  readonly #counts = new Float64Array((32 - SUB_BUCKET_BITS) * SUB_BUCKETS);
  #total = 0;
  #longestMs = 0;

  get total(): number {
    return this.#total;
  }

  /** The longest duration, in milliseconds. */
  get longestMs(): number {
    return this.#longestMs;
  }

  add(milliseconds: number): void {
    const bucket = bucketOf(Math.max(0, Math.round(milliseconds * 1000)));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
    if (milliseconds > this.#longestMs) this.#longestMs = milliseconds;
  }

  /** Adds all values of another histogram. */
  merge(other: Histogram): void {
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#total += other.#total;
    this.#longestMs = Math.max(this.#longestMs, other.#longestMs);
  }

  /** The duration in milliseconds that a share (0 to 1) of all values do not exceed; NaN if there are none. */
  quantile(share: number): number {
    let left = Math.ceil(share * this.#total);
    if (left === 0) return Number.NaN;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return middleOf(bucket) / 1000;
    }
    return this.#longestMs;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#longestMs = 0;
  }
}

function bucketOf(microseconds: number): number {
  const value = Math.min(microseconds, 0x7fffffff);
  if (value < SUB_BUCKETS) return value;
  const shift = 31 - Math.clz32(value) - SUB_BUCKET_BITS;
  return (shift + 1) * SUB_BUCKETS + ((value >>> shift) - SUB_BUCKETS);
}

function middleOf(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket;
  const shift = Math.floor(bucket / SUB_BUCKETS) - 1;
  return ((bucket % SUB_BUCKETS) + SUB_BUCKETS + 0.5) * 2 ** shift;
}
