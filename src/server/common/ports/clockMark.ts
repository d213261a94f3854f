/**
 * The newest time that the servers of a store have known for sure, by which one that starts can see that its clock is
 * wrong. Any call may throw `StoreUnavailable`, `write` also `OutcomeUnknown`.
 */
export interface ClockMark {
  /** Milliseconds since the epoch; `undefined`: none was written yet. */
  read(): Promise<number | undefined>;

  /** Replaces it, also by an earlier one. */
  write(at: number): Promise<void>;
}
