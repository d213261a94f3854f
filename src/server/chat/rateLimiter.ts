import type { Limits } from "../common/limits.ts";
import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";

interface Bucket {
  tokens: number;
  /** When `tokens` was right; of the stopwatch. */
  at: number;
  /** Messages that took a token and have yet to give it back. */
  unsettled: number;
  waiting: (() => void)[];
}

/** Buckets at which those that are full are forgotten; after that, twice as many as are left. */
const MANY = 1_024;

/**
 * How fast users may send, over all their streams: a token bucket each. A message takes a token before it is known what becomes of it,
 * and gives it back then; so where a bucket is empty, those under way are waited for before anybody is refused.
 *
 * What counts for good is what the log brings, whichever node it was accepted on. So somebody who sends on several nodes at once is as
 * slow in the long run as on one; for as long as the nodes have not heard of one another's messages their bursts add up.
 */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #stopwatch: Stopwatch;
  readonly #buckets = new Map<number, Bucket>();
  #sweepAt = MANY;

  constructor(limits: Pick<Limits, "messagesPerSecond" | "burst">, stopwatch = systemStopwatch) {
    this.#stopwatch = stopwatch;
    this.#perSecond = limits.messagesPerSecond;
    this.#burst = limits.burst;
  }

  /** Takes a token of an account. Resolves with 0, or with how many milliseconds it is until there is one. */
  async take(accountId: number): Promise<number> {
    if (this.#perSecond === 0 || this.#burst === 0) return 0;
    for (;;) {
      const bucket = this.#bucket(accountId);
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        bucket.unsettled += 1;
        return 0;
      }
      if (bucket.unsettled === 0) return Math.ceil(((1 - bucket.tokens) / this.#perSecond) * 1_000);
      await new Promise<void>((resolve) => bucket.waiting.push(resolve));
    }
  }

  /** A message of an account has come into the log. */
  spend(accountId: number): void {
    if (this.#perSecond === 0 || this.#burst === 0) return;
    const bucket = this.#bucket(accountId);
    // An account that has sent a lot elsewhere, of which this node hears all at once, need not wait for ever.
    bucket.tokens = Math.max(bucket.tokens - 1, -2 * this.#burst);
  }

  /** What took a token has an outcome. `counts`: the token is spent, though nothing comes into the log. */
  settle(accountId: number, counts: boolean): void {
    const bucket = this.#buckets.get(accountId);
    if (bucket === undefined) return;
    bucket.unsettled -= 1;
    if (!counts) bucket.tokens = Math.min(this.#burst, bucket.tokens + 1);
    for (const resolve of bucket.waiting.splice(0)) resolve();
  }

  /** How many accounts have a bucket. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Forgets the buckets that are full: they are as good as new. */
  sweep(): void {
    for (const accountId of this.#buckets.keys()) {
      const bucket = this.#bucket(accountId);
      if (bucket.tokens === this.#burst && bucket.unsettled === 0) this.#buckets.delete(accountId);
    }
    this.#sweepAt = Math.max(MANY, 2 * this.#buckets.size);
  }

  #bucket(accountId: number): Bucket {
    const now = this.#stopwatch();
    let bucket = this.#buckets.get(accountId);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#sweepAt) this.sweep();
      bucket = { tokens: this.#burst, at: now, unsettled: 0, waiting: [] };
      this.#buckets.set(accountId, bucket);
    }
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.#perSecond);
    bucket.at = now;
    return bucket;
  }
}
