/** What is remembered of failed sign-ins under a key. */
export interface FailedLogins {
  readonly count: number;
  /** When the last one was; milliseconds since the epoch. */
  readonly lastAt: number;
}

/** Counts failed sign-ins over all nodes, in bounded memory. Any call may throw `StoreUnavailable`. */
export interface FailedLoginStore {
  /**
   * What is remembered under a key; `undefined` where nothing is, or its last failure is longer than the window ago, or
   * lies more than a minute ahead: a clock that was wrong has counted that one, and it must not lock anybody out until
   * the time comes.
   */
  find(key: string, at: number): Promise<FailedLogins | undefined>;

  /** Counts one more failure; the first one where `find` would give nothing. */
  fail(key: string, at: number): Promise<void>;

  /** Forgets a key. */
  clear(key: string): Promise<void>;
}
