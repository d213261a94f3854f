/** How long to wait before coming back. */
export interface BackoffOptions {
  /** The longest first wait, in milliseconds; it doubles with every failure. Default 100. */
  firstMs?: number;
  /** No wait is longer than this, in milliseconds. Default 10,000. */
  maxMs?: number;
  /** Gives a number from 0 up to, but not including, 1. Default `Math.random`. */
  random?: () => number;
}

/**
 * Waits that grow exponentially with full jitter: anything between nothing and a bound that doubles, so that thousands of
 * clients that lost one server do not come back to it at the same moment.
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(options: BackoffOptions = {}) {
    this.#firstMs = options.firstMs ?? 100;
    this.#maxMs = options.maxMs ?? 10_000;
    this.#random = options.random ?? Math.random;
  }

  /** The wait after one more failure, in milliseconds. */
  next(): number {
    const bound = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(this.#random() * bound);
  }

  /** Forgets the failures: it worked. */
  reset(): void {
    this.#failures = 0;
  }
}
