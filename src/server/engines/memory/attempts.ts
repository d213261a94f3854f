import {
  FAILURE_WINDOW_MS,
  type FailedLoginStore,
  type FailedLogins,
  MAX_FAILURE_AHEAD_MS,
} from "../../accounts/ports/failedLoginStore.ts";

/**
 * The maximum number of keys (a username and an address). To evict one, an attacker must first fail with this many
 * others. With two hashes at a time, of about 20 ms each, that takes as long as the window.
 */
const MAX_KEYS = 90_000;

/** The failed logins of a single node, in memory. */
export class MemoryFailedLogins implements FailedLoginStore {
  /** By key, in the order of the last failure. */
  readonly #failures = new Map<string, FailedLogins>();

  async find(key: string, at: number): Promise<FailedLogins | undefined> {
    return this.#find(key, at);
  }

  #find(key: string, at: number): FailedLogins | undefined {
    const failures = this.#failures.get(key);
    if (failures === undefined) return undefined;
    const age = at - failures.lastAt;
    if (age < FAILURE_WINDOW_MS && age >= -MAX_FAILURE_AHEAD_MS) return failures;
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
