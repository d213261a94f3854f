import { type Loss, StoreLost } from "./custody.ts";

/** What a thread says of a call that failed; errors keep no class on their way between threads. */
export interface Failure {
  /** Whether the call changed nothing (`unavailable`), or may have (`unknown`). */
  readonly kind: "unavailable" | "unknown";
  readonly message: string;
  /** Set if the server has lost its store. */
  readonly loss?: Loss;
}

/** https://www.sqlite.org/rescode.html#full */
const SQLITE_FULL = 13;
/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;
/** A quota, or a limit of the file's size: https://www.sqlite.org/rescode.html#ioerr_write */
const SQLITE_IOERR_WRITE = 778;

/**
 * Judges an error of SQLite. Before `COMMIT` nothing is in the log. A `COMMIT` that could not write, or found the lock taken, was
 * rolled back: what makes a commit of the WAL is its last frame, which is written last. After any other failure of it (a sync
 * that failed) the commit may be found again when the file is opened the next time.
 */
export function failureOf(error: unknown, committing: boolean): Failure {
  const code = (error as { errcode?: number }).errcode;
  const primary = code === undefined ? undefined : code & 0xff;
  const rolledBack = primary === SQLITE_FULL || primary === SQLITE_BUSY || code === SQLITE_IOERR_WRITE;
  const message = error instanceof Error ? error.message : String(error);
  const kind = committing && !rolledBack ? "unknown" : "unavailable";
  return error instanceof StoreLost ? { kind, message, loss: error.loss } : { kind, message };
}
