/** Somebody who may enter the room. */
export interface Account {
  /** From 1; never given out again. */
  readonly id: number;
  /** In lower case. */
  readonly username: string;
  /** In PHC string format. */
  readonly passwordHash: string;
}

/** The accounts. Any call may throw `StoreUnavailable`; one that changes something also `OutcomeUnknown`. */
export interface AccountStore {
  /** Creates an account, durably; `undefined` where an account has, or once had, that name. */
  create(username: string, passwordHash: string, at: number): Promise<Account | undefined>;

  /** The account of that name. */
  find(username: string): Promise<Account | undefined>;

  /** Replaces an account's hash. */
  setPasswordHash(accountId: number, passwordHash: string): Promise<void>;
}
