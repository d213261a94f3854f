import { Refusal, tooManySignIns } from "../common/refusal.ts";
import { SerialQueue } from "../common/serialQueue.ts";
import type { FailedLoginStore } from "./ports/failedLoginStore.ts";

/** The longest wait between two attempts, in milliseconds. */
const MAX_WAIT_MS = 15 * 60 * 1_000;
/** The most attempts for one name and address that are queued or running. */
const MAX_QUEUED = 32;

/**
 * The shortest time between the last of `failures` and the next attempt, in milliseconds. Fewer failures than `free`
 * cause no wait.
 */
export function waitAfterMs(failures: number, free: number): number {
  return failures < free ? 0 : Math.min(1_000 * 2 ** (failures - free), MAX_WAIT_MS);
}

/**
 * Slows down the guessing of passwords: after a few failures for a name from an address, each further failure doubles
 * the wait before the next attempt. On a node, attempts for the same name and address run one after the other:
 * concurrent attempts would all find the same number of failures.
 */
export class LoginThrottle {
  readonly #store: FailedLoginStore;
  readonly #freeFailures: number;
  readonly #clock: () => number;
  readonly #queues = new Map<string, SerialQueue>();

  /** `free`: the number of failures with which waiting begins; 0: never. `clock`: milliseconds since the epoch. */
  constructor(store: FailedLoginStore, options: { free: number; clock: () => number }) {
    this.#store = store;
    this.#freeFailures = options.free;
    this.#clock = options.clock;
  }

  /**
   * Runs `attempt`, and counts a failure if it resolves with `undefined`. Refusals: `TOO_MANY_ATTEMPTS` if the wait is
   * not over, and `OVERLOADED` if the queue is full. Also throws `StoreUnavailable`, and the errors of `attempt`, which
   * do not count as failures.
   */
  async attempt<T>(key: string, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    if (this.#freeFailures === 0) return attempt();
    const queue = this.#queues.get(key) ?? new SerialQueue();
    if (queue.length >= MAX_QUEUED) throw tooManySignIns();
    this.#queues.set(key, queue);
    try {
      return await queue.run(() => this.#try(key, attempt));
    } finally {
      if (queue.length === 0) this.#queues.delete(key);
    }
  }

  async #try<T>(key: string, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    const at = this.#clock();
    const failures = await this.#store.find(key, at);
    if (failures !== undefined) {
      const waitMs = failures.lastAt + waitAfterMs(failures.count, this.#freeFailures) - at;
      if (waitMs > 0) throw tooManyAttempts(Math.min(waitMs, MAX_WAIT_MS));
    }
    const result = await attempt();
    if (result === undefined) await this.#store.fail(key, this.#clock());
    else if (failures !== undefined) await this.#store.clear(key);
    return result;
  }
}

function tooManyAttempts(waitMs: number): Refusal {
  const seconds = Math.ceil(waitMs / 1_000);
  return new Refusal(
    "TOO_MANY_ATTEMPTS",
    `Too many sign-ins to this name failed from your address. Try again in ${seconds} second${seconds === 1 ? "" : "s"}.`,
    { retryAfterMs: waitMs },
  );
}
