import pg from "pg";
import { OutcomeUnknown, StoreUnavailable } from "../../common/storeErrors.ts";
import { unavailable, wordsOf } from "../shared/failures.ts";

/**
 * Codes of errors after which a server ends the connection, or shuts down:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const ENDING = /^(08|57P|58|F0|XX)/;
/** A lock timeout (same list). */
const LOCK_NOT_AVAILABLE = "55P03";
/**
 * A statement timeout (same list). If the server's process or machine was paused, a call that waits for a lock may get
 * this one instead of the lock timeout.
 */
const QUERY_CANCELED = "57014";

/**
 * Classifies the error of a statement that was sent and that changes something. If PostgreSQL answers with an error of
 * the statement, it has rolled the statement back. An error that ends the connection may follow the commit, for example
 * if the server shuts down while it waits for a standby: the outcome is unknown. Without an answer it is unknown too.
 */
export function outcomeOf(error: unknown): StoreUnavailable | OutcomeUnknown {
  return isRolledBack(error) ? unavailable(error) : new OutcomeUnknown(wordsOf(error), { cause: error });
}

/**
 * Turns a lock or statement timeout into `OutcomeUnknown`: an earlier call with the same messages may hold the lock,
 * and its commit may wait for a standby and still succeed. Returns other errors as they are.
 */
export function timeoutAsUnknown(error: unknown): unknown {
  const cause = error instanceof StoreUnavailable ? error.cause : undefined;
  if (!(cause instanceof pg.DatabaseError)) return error;
  if (cause.code !== LOCK_NOT_AVAILABLE && cause.code !== QUERY_CANCELED) return error;
  return new OutcomeUnknown("another commit is in progress, and takes long", { cause });
}

/** Whether PostgreSQL has ended a statement because it took too long. */
export function wasCanceled(error: unknown): boolean {
  const cause = error instanceof StoreUnavailable ? error.cause : undefined;
  return cause instanceof pg.DatabaseError && cause.code === QUERY_CANCELED;
}

function isRolledBack(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  if (error.severity === "ERROR") return true;
  if (error.severity === "FATAL" || error.severity === "PANIC") return false;
  // The severity is in another language (lc_messages), which only a superuser may change for a session.
  return error.code !== undefined && !ENDING.test(error.code);
}
