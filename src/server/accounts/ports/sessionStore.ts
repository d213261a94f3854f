/** One sign-in of an account. Times are milliseconds since the epoch. */
export interface Session {
  /** From 1; never reused. */
  readonly id: number;
  readonly accountId: number;
  readonly username: string;
  /** The session ends at this time at the latest. */
  readonly expiresAt: number;
  readonly lastUsedAt: number;
}

/**
 * The sessions, by the SHA-256 of their tokens. Any call may throw `StoreUnavailable`; a call that writes may also
 * throw `OutcomeUnknown`.
 */
export interface SessionStore {
  /** Opens a session, durably. */
  open(session: { tokenHash: Uint8Array; accountId: number; at: number; expiresAt: number }): Promise<Session>;

  /** The session of a token, unless the session was ended. The caller checks whether it has expired. */
  find(tokenHash: Uint8Array): Promise<Session | undefined>;

  /** Stores that sessions were used at `at`, unless a later use is stored. */
  touch(sessionIds: readonly number[], at: number): Promise<void>;

  /**
   * Ends a session, or all sessions of its account, durably; resolves with the ids of the ended sessions. After that,
   * the log accepts no drafts of these sessions.
   */
  end(sessionId: number, everywhere: boolean): Promise<number[]>;

  /** The given sessions that have ended or never existed. */
  ended(sessionIds: readonly number[]): Promise<number[]>;

  /** Lowers later values of `lastUsedAt` and `expiresAt` to these times, in all sessions. */
  cap(lastUsedAt: number, expiresAt: number): Promise<void>;

  /** Deletes the sessions that had expired by `expiredBefore`, and those that were not used after `unusedSince`. */
  purge(expiredBefore: number, unusedSince: number): Promise<void>;
}
