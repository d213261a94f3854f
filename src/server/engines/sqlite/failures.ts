import { type Loss, StoreLost } from "./files/custody.ts";

/** How a worker reports a failed call. An error loses its class between threads. */
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
/**
 * A failed write, for example because of a quota or a limit of the file size:
 * https://www.sqlite.org/rescode.html#ioerr_write
 */
const SQLITE_IOERR_WRITE = 778;

/**
 * Classifies an error of SQLite. A call that fails before `COMMIT` has changed nothing. A `COMMIT` that could not
 * write, or found the lock held, was rolled back: a commit in the WAL is complete with its last frame, which is written
 * last. After any other failure of a `COMMIT` (such as a failed sync) the commit may be there when the file is opened
 * again.
 */
export function failureOf(error: unknown, committing: boolean): Failure {
  const code = (error as { errcode?: number }).errcode;
  const primary = code === undefined ? undefined : code & 0xff;
  const rolledBack = primary === SQLITE_FULL || primary === SQLITE_BUSY || code === SQLITE_IOERR_WRITE;
  const message = error instanceof Error ? error.message : String(error);
  const kind = committing && !rolledBack ? "unknown" : "unavailable";
  return error instanceof StoreLost ? { kind, message, loss: error.loss } : { kind, message };
}
