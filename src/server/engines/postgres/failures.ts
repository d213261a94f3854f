import pg from "pg";
import { OutcomeUnknown, StoreUnavailable } from "../../common/storeErrors.ts";

/**
 * Errors after which a server ends the connection or itself:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const ENDING = /^(08|57P|58|F0|XX)/;
/** A lock timeout (same list). */
const LOCK_NOT_AVAILABLE = "55P03";
/** A statement timeout (same list). If a process or machine stood still, it can come before the lock timeout. */
const QUERY_CANCELED = "57014";

/**
 * Judges an error of a statement that changes something and was sent. PostgreSQL rolls back a statement that it
 * answers with an error: any error can end a transaction before the commit, and none after it. But an error that ends
 * the connection may follow the commit, for example if a server shuts down while it waits for its standby. Without an
 * answer, the outcome is unknown.
 */
export function outcomeOf(error: unknown): StoreUnavailable | OutcomeUnknown {
  return isRolledBack(error) ? unavailable(error) : new OutcomeUnknown(wordsOf(error), { cause: error });
}

/**
 * Makes a lock or statement timeout `OutcomeUnknown`: an earlier call with the same messages may hold the lock, and its
 * commit, which waits for a standby, may still succeed. Returns other errors as they are.
 */
export function timeoutAsUnknown(error: unknown): unknown {
  const cause = error instanceof StoreUnavailable ? error.cause : undefined;
  if (!(cause instanceof pg.DatabaseError)) return error;
  if (cause.code !== LOCK_NOT_AVAILABLE && cause.code !== QUERY_CANCELED) return error;
  return new OutcomeUnknown("another commit is in progress, and takes long", { cause });
}

/** The error of a call that has changed nothing. */
export function unavailable(error: unknown): StoreUnavailable {
  return error instanceof StoreUnavailable ? error : new StoreUnavailable(wordsOf(error), { cause: error });
}

function isRolledBack(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  if (error.severity === "ERROR") return true;
  if (error.severity === "FATAL" || error.severity === "PANIC") return false;
  // The severity is in another language (lc_messages), which only a superuser may change for a session.
  return error.code !== undefined && !ENDING.test(error.code);
}

/** The message of an error. Node's error for a host with several addresses has no message itself. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(wordsOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
