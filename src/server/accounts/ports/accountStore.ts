/** An account of the chat room. */
export interface Account {
  /** From 1; never reused. */
  readonly id: number;
  /** In lower case. */
  readonly username: string;
  /** In PHC string format. */
  readonly passwordHash: string;
}

/** The accounts. Any call may throw `StoreUnavailable`; a call that writes may also throw `OutcomeUnknown`. */
export interface AccountStore {
  /**
   * Creates an account, durably; `undefined` if an account has, or once had, that name. `at`: milliseconds since the
   * epoch.
   */
  create(username: string, passwordHash: string, at: number): Promise<Account | undefined>;

  /** The account with a name. */
  find(username: string): Promise<Account | undefined>;

  /** Replaces the password hash of an account, durably. */
  setPasswordHash(accountId: number, passwordHash: string): Promise<void>;
}
