import type { FailedLoginStore, FailedLogins } from "../../accounts/ports/failedLoginStore.ts";

/** How long a failure is remembered; in milliseconds. */
const WINDOW = 15 * 60 * 1_000;
/** A failure that lies further ahead was counted by a clock that was wrong; in milliseconds. */
const AHEAD = 60_000;
/**
 * How many names and addresses are remembered. Whoever wants one forgotten must fail this often under others first; with two
 * hashes at once, each of about 20 ms, that takes as long as the window.
 */
const MAX_KEYS = 90_000;

/** Counts failed sign-ins where there is but one node. */
export class MemoryFailedLogins implements FailedLoginStore {
  /** In the order of the last failure. */
  readonly #failures = new Map<string, FailedLogins>();

  async find(key: string, at: number): Promise<FailedLogins | undefined> {
    return this.#find(key, at);
  }

  #find(key: string, at: number): FailedLogins | undefined {
    const failures = this.#failures.get(key);
    if (failures === undefined) return undefined;
    const age = at - failures.lastAt;
    if (age < WINDOW && age >= -AHEAD) return failures;
    this.#failures.delete(key);
    return undefined;
  }

  async fail(key: string, at: number): Promise<void> {
    const before = this.#find(key, at);
    this.#failures.delete(key);
    this.#failures.set(key, { count: (before?.count ?? 0) + 1, lastAt: at });
    const oldest = this.#failures.size > MAX_KEYS ? this.#failures.keys().next().value : undefined;
    if (oldest !== undefined) this.#failures.delete(oldest);
  }

  async clear(key: string): Promise<void> {
    this.#failures.delete(key);
  }
}
