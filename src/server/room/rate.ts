import type { Limits } from "./limits.ts";

interface Bucket {
  tokens: number;
  /** When `tokens` was right; in milliseconds of `performance.now`, which no set clock moves. */
  at: number;
  /** Messages that took a token and may give it back. */
  unsettled: number;
  waiting: (() => void)[];
}

/**
 * How fast users may send, over all their streams: a token bucket each. A message takes its token before it is known whether it
 * is a duplicate, which costs none; so where a bucket is empty, those under way are waited for before anybody is refused.
 */
export class Rate {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<number, Bucket>();

  constructor(limits: Pick<Limits, "messagesPerSecond" | "burst">) {
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

  /** What took a token has an outcome; `counts` is false for one that need not have taken it. */
  settle(accountId: number, counts: boolean): void {
    const bucket = this.#buckets.get(accountId);
    if (bucket === undefined) return;
    bucket.unsettled -= 1;
    if (!counts) bucket.tokens = Math.min(this.#burst, bucket.tokens + 1);
    for (const resolve of bucket.waiting.splice(0)) resolve();
  }

  /** Forgets the buckets that are full: they are as good as new. */
  sweep(): void {
    for (const accountId of this.#buckets.keys()) {
      const bucket = this.#bucket(accountId);
      if (bucket.tokens === this.#burst && bucket.unsettled === 0) this.#buckets.delete(accountId);
    }
  }

  #bucket(accountId: number): Bucket {
    const now = performance.now();
    let bucket = this.#buckets.get(accountId);
    if (bucket === undefined) {
      bucket = { tokens: this.#burst, at: now, unsettled: 0, waiting: [] };
      this.#buckets.set(accountId, bucket);
    }
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.#perSecond);
    bucket.at = now;
    return bucket;
  }
}
