/**
 * The newest time that the servers of a store are sure of. A server that starts compares its clock with this mark. Any
 * call may throw `StoreUnavailable`; `write` may also throw `OutcomeUnknown`.
 */
export interface ClockMark {
  /** Milliseconds since the epoch; `undefined` if none was written yet. */
  read(): Promise<number | undefined>;

  /** Replaces the mark; the new one may be earlier. The mark survives the end of the server, but maybe no power cut. */
  write(at: number): Promise<void>;
}
