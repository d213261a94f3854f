import { RETRY_SOON_MS, Refusal } from "../common/refusal.ts";

/** Limits how many calls of one account run at once. */
export class CallLimit {
  readonly #maxCalls: number;
  /** The calls that run, by account. */
  readonly #running = new Map<number, number>();

  constructor(maxCalls: number) {
    this.#maxCalls = maxCalls;
  }

  /** The number of accounts that have calls running. */
  get accounts(): number {
    return this.#running.size;
  }

  /** Runs a call of an account; resolves or rejects as it does. Refusal: `OVERLOADED`. */
  async run<T>(accountId: number, call: () => Promise<T>): Promise<T> {
    const running = this.#running.get(accountId) ?? 0;
    if (running >= this.#maxCalls) throw this.#tooManyCalls();
    this.#running.set(accountId, running + 1);
    try {
      return await call();
    } finally {
      const left = (this.#running.get(accountId) ?? 0) - 1;
      if (left > 0) this.#running.set(accountId, left);
      else this.#running.delete(accountId);
    }
  }

  #tooManyCalls(): Refusal {
    return new Refusal(
      "OVERLOADED",
      `Your account has ${this.#maxCalls} calls of History, Search and MarkRead under way, which is the most. Wait for ` +
        "one to end, and try again in a second.",
      { retryAfterMs: RETRY_SOON_MS },
    );
  }
}
