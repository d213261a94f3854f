/** One sign-in of an account. Times are milliseconds since the epoch. */
export interface Session {
  /** From 1; never used again. */
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

  /** The session with a token, unless it was ended. The caller checks whether it has expired. */
  find(tokenHash: Uint8Array): Promise<Session | undefined>;

  /** Stores that sessions were used at a time. */
  touch(sessionIds: readonly number[], at: number): Promise<void>;

  /**
   * Ends a session, or all sessions of its account, durably; resolves with the ids of the sessions that it ended. After
   * that, the log accepts no append of theirs.
   */
  end(sessionId: number, everywhere: boolean): Promise<number[]>;

  /** The given sessions that have ended or never existed. */
  ended(sessionIds: readonly number[]): Promise<number[]>;

  /** Lowers `lastUsedAt` and `expiresAt` of all sessions to these times. */
  cap(lastUsedAt: number, expiresAt: number): Promise<void>;

  /** Deletes sessions that expired, or were last used, before these times. */
  purge(expiredBefore: number, unusedSince: number): Promise<void>;
}
