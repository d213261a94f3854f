import { overloaded, Refusal } from "../common/refusal.ts";
import type { FailedLoginStore } from "./ports/failedLoginStore.ts";

/** The longest wait between two attempts; in milliseconds. */
const MAX_WAIT_MS = 15 * 60 * 1_000;
/** Attempts for one name and address that wait for one another. */
const MAX_QUEUED = 32;

/** How long an attempt must wait after the last one of so many failures; in milliseconds. */
export function waitAfter(failures: number, free: number): number {
  return failures < free ? 0 : Math.min(1_000 * 2 ** (failures - free), MAX_WAIT_MS);
}

/**
 * Slows down the guessing of passwords: after a few failures for a name from an address each further attempt has to wait twice as
 * long. Attempts for the same name and address are made one after the other, or many at once would all count as the first.
 */
export class LoginThrottle {
  readonly #attempts: FailedLoginStore;
  readonly #freeFailures: number;
  readonly #clock: () => number;
  readonly #queues = new Map<string, { last: Promise<unknown>; length: number }>();

  /** `free`: failures before the first wait; 0: no waits at all. */
  constructor(attempts: FailedLoginStore, options: { free: number; clock: () => number }) {
    this.#attempts = attempts;
    this.#freeFailures = options.free;
    this.#clock = options.clock;
  }

  /**
   * Lets `attempt` be made, which resolves with `undefined` for a failure, and counts it. Throws the refusal `TOO_MANY_ATTEMPTS`,
   * `OVERLOADED` where too many wait, and whatever
   * `attempt` throws, which does not count.
   */
  async attempt<T>(key: string, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    if (this.#freeFailures === 0) return attempt();
    const line = this.#queues.get(key) ?? { last: Promise.resolve(), length: 0 };
    if (line.length >= MAX_QUEUED) throw overloaded();
    this.#queues.set(key, line);
    line.length += 1;
    const mine = line.last.then(() => this.#try(key, attempt));
    line.last = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#queues.delete(key);
    }
  }

  async #try<T>(key: string, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
    const at = this.#clock();
    const failures = await this.#attempts.find(key, at);
    if (failures !== undefined) {
      const left = failures.lastAt + waitAfter(failures.count, this.#freeFailures) - at;
      if (left > 0) throw tooManyAttempts(Math.min(left, MAX_WAIT_MS));
    }
    const result = await attempt();
    if (result === undefined) await this.#attempts.fail(key, this.#clock());
    else if (failures !== undefined) await this.#attempts.clear(key);
    return result;
  }
}

function tooManyAttempts(wait: number): Refusal {
  const seconds = Math.ceil(wait / 1_000);
  return new Refusal(
    "TOO_MANY_ATTEMPTS",
    `Too many sign-ins to this name failed from your address. Try again in ${seconds} second${seconds === 1 ? "" : "s"}.`,
    { retryAfter: wait },
  );
}
