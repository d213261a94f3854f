import type { Limits } from "../common/limits.ts";
import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";

interface Bucket {
  tokens: number;
  /** The time at which `tokens` was right, by the stopwatch. */
  atMs: number;
  /** Messages in flight: they have taken a token, and may give it back. */
  inFlight: number;
  waiters: (() => void)[];
}

/** The smallest number of buckets with which full ones are removed: see `purge`. */
const MIN_PURGE_BUCKETS = 1_024;

/**
 * Limits how fast users send, over all their streams, with a token bucket for each account. A message takes a token
 * before its outcome is known, and may give the token back with the outcome. So with an empty bucket, a message waits
 * for those in flight before it is refused.
 *
 * The messages that the log replica brings are charged, no matter which node accepted them. So in the long run a user
 * who sends on several nodes is as slow as on one. A user may send a burst on each node until the nodes have read one
 * another's messages.
 */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #stopwatch: Stopwatch;
  readonly #buckets = new Map<number, Bucket>();
  #purgeAtBuckets = MIN_PURGE_BUCKETS;

  constructor(limits: Pick<Limits, "messagesPerSecond" | "burst">, stopwatch = systemStopwatch) {
    this.#stopwatch = stopwatch;
    this.#perSecond = limits.messagesPerSecond;
    this.#burst = limits.burst;
  }

  /** Takes a token. Resolves with 0, or with the milliseconds until the next token if there is none. */
  async take(accountId: number): Promise<number> {
    if (this.#perSecond === 0 || this.#burst === 0) return 0;
    for (;;) {
      const bucket = this.#bucket(accountId);
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        bucket.inFlight += 1;
        return 0;
      }
      if (bucket.inFlight === 0) return Math.ceil(((1 - bucket.tokens) / this.#perSecond) * 1_000);
      await new Promise<void>((resolve) => bucket.waiters.push(resolve));
    }
  }

  /** Charges a token for a message that the log replica has brought. */
  spend(accountId: number): void {
    if (this.#perSecond === 0 || this.#burst === 0) return;
    const bucket = this.#bucket(accountId);
    // Bounded, because this node may read many messages from other nodes at once.
    bucket.tokens = Math.max(bucket.tokens - 1, -2 * this.#burst);
  }

  /** Must follow each `take` that resolved with 0. `isSpent`: the token is not given back. */
  settle(accountId: number, isSpent: boolean): void {
    const bucket = this.#buckets.get(accountId);
    if (bucket === undefined) return;
    bucket.inFlight -= 1;
    if (!isSpent) bucket.tokens = Math.min(this.#burst, bucket.tokens + 1);
    for (const resolve of bucket.waiters.splice(0)) resolve();
  }

  /** How many accounts have a bucket. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Removes the buckets that are full: a new bucket is the same. */
  purge(): void {
    for (const accountId of this.#buckets.keys()) {
      const bucket = this.#bucket(accountId);
      if (bucket.tokens === this.#burst && bucket.inFlight === 0) this.#buckets.delete(accountId);
    }
    this.#purgeAtBuckets = Math.max(MIN_PURGE_BUCKETS, 2 * this.#buckets.size);
  }

  #bucket(accountId: number): Bucket {
    const now = this.#stopwatch();
    let bucket = this.#buckets.get(accountId);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#purgeAtBuckets) this.purge();
      bucket = { tokens: this.#burst, atMs: now, inFlight: 0, waiters: [] };
      this.#buckets.set(accountId, bucket);
    }
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.atMs) / 1_000) * this.#perSecond);
    bucket.atMs = now;
    return bucket;
  }
}
