/** The read markers of accounts: the entry up to which an account has read the log. */
export interface ReadMarkers {
  /** The marker of an account; 0 if it has none. Throws `StoreUnavailable`. */
  get(accountId: number): Promise<number>;

  /**
   * Moves the marker of an account to `upTo`, at most to the head of the log, unless it is there or beyond. Resolves when
   * the marker is on disk, with the marker and whether it has moved. Throws `StoreUnavailable`, or `OutcomeUnknown`.
   */
  advance(accountId: number, upTo: number): Promise<{ readonly upTo: number; readonly moved: boolean }>;
}
