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
   * The failures of a key; `undefined` if there are none, if the last one is at least 15 minutes old, or if it lies
   * more than a minute ahead of `at`: a wrong clock has recorded that failure, and it must not lock the user out.
   */
  find(key: string, at: number): Promise<FailedLogins | undefined>;

  /** Counts one more failure. If `find` would resolve with `undefined`, this failure is the first. */
  fail(key: string, at: number): Promise<void>;

  /** Removes the failures of a key. */
  clear(key: string): Promise<void>;
}
