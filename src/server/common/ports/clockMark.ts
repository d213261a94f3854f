/**
 * The newest time that the servers of a store are sure of. A server that starts compares its clock with it. Any call
 * may throw `StoreUnavailable`; `write` may also throw `OutcomeUnknown`.
 */
export interface ClockMark {
  /** Milliseconds since the epoch; `undefined` if none was written yet. */
  read(): Promise<number | undefined>;

  /** Replaces the mark, durably; the new one may be earlier. */
  write(at: number): Promise<void>;
}
