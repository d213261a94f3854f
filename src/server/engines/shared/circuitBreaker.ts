/** The first rest after a failure, and the longest one; in milliseconds. */
const FIRST_MS = 50;
const MAX_MS = 1_000;

/**
 * How long nobody tries to connect after somebody could not: twice as long each time, and by chance a little more or
 * less, so that the nodes do not all come at once when the database is back.
 */
export class CircuitBreaker {
  readonly #first: (error: Error) => void;
  #failures = 0;
  #error: Error | undefined;
  #until = 0;

  /** `first` is called with the first failure after a success. */
  constructor(first: (error: Error) => void) {
    this.#first = first;
  }

  /** Why nobody should try now; `undefined`: whoever wants may. */
  get openReason(): Error | undefined {
    return performance.now() < this.#until ? this.#error : undefined;
  }

  /** Somebody could not connect. */
  failed(error: Error): void {
    // Those that were under way together failed for one reason, and together.
    if (this.openReason !== undefined) return;
    if (this.#failures === 0) this.#first(error);
    this.#failures += 1;
    this.#error = error;
    const rest = Math.min(FIRST_MS * 2 ** (this.#failures - 1), MAX_MS);
    this.#until = performance.now() + rest * (0.5 + Math.random());
  }

  /** Somebody could. */
  succeeded(): void {
    this.#failures = 0;
    this.#until = 0;
  }
}
