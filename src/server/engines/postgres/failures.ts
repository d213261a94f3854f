import pg from "pg";
import { OutcomeUnknown, StoreUnavailable } from "../../common/storeErrors.ts";

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: those after which a server ends the connection, or itself. */
const ENDING = /^(08|57P|58|F0|XX)/;
/** The same list: a lock was not got in time. */
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * What became of a statement that changes something, and was sent. PostgreSQL rolls back what it answers with an error: up to the
 * commit any error can end a transaction, and from there on none does. One that ends the connection may come behind the commit, as
 * where a server is shut down while it waits for its standby; and where nothing was answered at all nothing is known.
 */
export function outcomeOf(error: unknown): StoreUnavailable | OutcomeUnknown {
  return isRolledBack(error) ? unavailable(error) : new OutcomeUnknown(wordsOf(error), { cause: error });
}

/**
 * What became of messages of which a call did not get the log's lock in time: whoever has it may be an earlier call with the same
 * messages, whose commit waits for a standby and happens yet. Any other error stays what it is.
 */
export function settledBehindOthers(error: unknown): unknown {
  const cause = error instanceof StoreUnavailable ? error.cause : undefined;
  if (!(cause instanceof pg.DatabaseError) || cause.code !== LOCK_NOT_AVAILABLE) return error;
  return new OutcomeUnknown("another commit is under way, and takes long", { cause });
}

/** The error of a call that has surely changed nothing. */
export function unavailable(error: unknown): StoreUnavailable {
  return error instanceof StoreUnavailable ? error : new StoreUnavailable(wordsOf(error), { cause: error });
}

function isRolledBack(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  if (error.severity === "ERROR") return true;
  if (error.severity === "FATAL" || error.severity === "PANIC") return false;
  // In the words of another language (lc_messages), which only a superuser may change for a session.
  return error.code !== undefined && !ENDING.test(error.code);
}

/** What an error says. One for several addresses of a host says nothing itself. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(wordsOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
