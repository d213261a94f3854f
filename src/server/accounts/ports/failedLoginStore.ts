/** The failed sign-ins of a key. */
export interface FailedLogins {
  readonly count: number;
  /** When the last one failed; milliseconds since the epoch. */
  readonly lastAt: number;
}

/** Counts failed sign-ins over all nodes, in bounded memory. Any call may throw `StoreUnavailable`. */
export interface FailedLoginStore {
  /**
   * The failures of a key; `undefined` if there are none, if the last one is older than the window, or if it lies more
   * than a minute ahead of `at`: a wrong clock has counted that one, and it must not lock a user out until that time.
   */
  find(key: string, at: number): Promise<FailedLogins | undefined>;

  /** Counts one more failure; it is the first one if `find` resolves with `undefined`. */
  fail(key: string, at: number): Promise<void>;

  /** Removes the failures of a key. */
  clear(key: string): Promise<void>;
}
