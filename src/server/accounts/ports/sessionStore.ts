/** One sign-in of an account. Times are milliseconds since the epoch. */
export interface Session {
  /** From 1; never given out again. */
  readonly id: number;
  readonly accountId: number;
  readonly username: string;
  /** It ends here at the latest. */
  readonly expiresAt: number;
  readonly lastUsedAt: number;
}

/** The sessions, by the SHA-256 of their tokens. Any call may throw `StoreUnavailable`; one that changes something also `OutcomeUnknown`. */
export interface SessionStore {
  /** Begins a session, durably. */
  open(session: { tokenHash: Uint8Array; accountId: number; at: number; expiresAt: number }): Promise<Session>;

  /** The session with that token, if it was not ended; whether it has expired is for the caller to see. */
  find(tokenHash: Uint8Array): Promise<Session | undefined>;

  /** Notes that sessions were used. */
  touch(sessionIds: readonly number[], at: number): Promise<void>;

  /**
   * Ends a session, or all sessions of its account, durably; resolves with the ids of those that it ended. Once it has
   * resolved, no append of theirs is accepted any more.
   */
  end(sessionId: number, everywhere: boolean): Promise<number[]>;

  /** Those of the sessions that have ended, or never were. */
  ended(sessionIds: readonly number[]): Promise<number[]>;

  /** Lowers to these times what lies beyond them: when sessions were used last, and when they expire. */
  cap(lastUsedAt: number, expiresAt: number): Promise<void>;

  /** Deletes sessions that expired, or were last used, before these times. */
  purge(expiredBefore: number, unusedSince: number): Promise<void>;
}
