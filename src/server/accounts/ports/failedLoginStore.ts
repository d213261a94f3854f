/** How long a failure counts. */
export const FAILURE_WINDOW_MS = 15 * 60 * 1_000;
/** A failure further ahead was recorded by a wrong clock. It must not lock the user out, so it does not count. */
export const MAX_FAILURE_AHEAD_MS = 60_000;

/** The failed sign-ins of a key, which is a username and an address. */
export interface FailedLogins {
  readonly count: number;
  /** When the last sign-in failed; milliseconds since the epoch. */
  readonly lastAt: number;
}

/**
 * Counts failed sign-ins over all nodes. Memory is bounded, so that the failures of a key may be evicted. Any call may
 * throw `StoreUnavailable`. `at`: milliseconds since the epoch.
 */
export interface FailedLoginStore {
  /**
   * The failures of a key; `undefined` if there are none, if the last one is at least `FAILURE_WINDOW_MS` old, or if it
   * lies more than `MAX_FAILURE_AHEAD_MS` ahead of `at`.
   */
  find(key: string, at: number): Promise<FailedLogins | undefined>;

  /** Counts one more failure. If `find` would resolve with `undefined`, this failure is the first. */
  fail(key: string, at: number): Promise<void>;

  /** Removes the failures of a key. */
  clear(key: string): Promise<void>;
}
