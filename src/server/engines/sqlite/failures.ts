/** What a thread says of a call that failed; errors keep no class on their way between threads. */
export interface Failure {
  /** Whether the call changed nothing (`unavailable`), or may have (`unknown`). */
  readonly kind: "unavailable" | "unknown";
  readonly message: string;
}

/** https://www.sqlite.org/rescode.html#full */
const SQLITE_FULL = 13;
/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * Judges an error of SQLite. Before `COMMIT` nothing is in the log. A `COMMIT` that found the disk full, or the lock taken, was
 * rolled back. After any other failure of it (a write or a sync that failed) the commit may be found again when the file is opened
 * the next time.
 */
export function failureOf(error: unknown, committing: boolean): Failure {
  const code = (error as { errcode?: number }).errcode;
  const rolledBack = code !== undefined && [SQLITE_FULL, SQLITE_BUSY].includes(code & 0xff);
  const message = error instanceof Error ? error.message : String(error);
  return { kind: committing && !rolledBack ? "unknown" : "unavailable", message };
}
