/** How long the breaker is open after the first failure, and at most; both without the jitter. */
const FIRST_OPEN_MS = 50;
const MAX_OPEN_MS = 1_000;

/**
 * Blocks attempts to connect for a time after an attempt has failed. The time doubles with each failure, up to a
 * maximum. It has jitter, so that the nodes do not all connect at once when the database is available again.
 */
export class CircuitBreaker {
  readonly #firstFailure: (error: Error) => void;
  #failures = 0;
  #error: Error | undefined;
  #openUntil = 0;

  /** `firstFailure` is called with the first failure after a success. */
  constructor(firstFailure: (error: Error) => void) {
    this.#firstFailure = firstFailure;
  }

  /** The last failure while the breaker is open; `undefined` while connecting is allowed. */
  get openReason(): Error | undefined {
    return performance.now() < this.#openUntil ? this.#error : undefined;
  }

  /** Call this when an attempt has failed. */
  failed(error: Error): void {
    // Concurrent attempts that fail for the same reason count once.
    if (this.openReason !== undefined) return;
    if (this.#failures === 0) this.#firstFailure(error);
    this.#failures += 1;
    this.#error = error;
    const openMs = Math.min(FIRST_OPEN_MS * 2 ** (this.#failures - 1), MAX_OPEN_MS);
    this.#openUntil = performance.now() + openMs * (0.5 + Math.random());
  }

  /** Call this when an attempt has succeeded. */
  succeeded(): void {
    this.#failures = 0;
    this.#openUntil = 0;
  }
}
