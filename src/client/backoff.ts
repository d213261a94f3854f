/** The waits before a room reconnects. */
export interface BackoffOptions {
  /** The bound of the first wait, in milliseconds. It doubles with every failure. Default 100. */
  firstMs?: number;
  /** The bound of every wait, in milliseconds. Default 10,000. */
  maxMs?: number;
  /** Returns a number from 0 up to, but not including, 1. Default `Math.random`. */
  random?: () => number;
}

/**
 * Exponential backoff with full jitter: each wait is random between 0 and a bound that doubles. The jitter spreads the
 * reconnects of the thousands of clients that lost one server.
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

  /** Counts one more failure. Returns the wait after it, in milliseconds. */
  next(): number {
    const bound = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(this.#random() * bound);
  }

  /** Begins again with the first wait, after a success. */
  reset(): void {
    this.#failures = 0;
  }
}
