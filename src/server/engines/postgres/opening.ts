import pg from "pg";
import { OutcomeUnknown, StoreUnavailable } from "../../common/storeErrors.ts";
import type { CircuitBreaker } from "../shared/circuitBreaker.ts";
import { retryUntil as retryDatabase, type StartDeadline } from "../shared/opening.ts";
import type { Address } from "./address.ts";
import { Connections } from "./connections.ts";
import { migrate } from "./migrate.ts";
import { inspectServer, NotReady } from "./server.ts";

/** How long a migration may take. On a large database it takes long. */
const MIGRATION_TIMEOUT_MS = 60 * 60 * 1_000;

/** Codes of errors that may pass: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const TRANSIENT = /^(08|40|53|55|57)/;
/** The messages of Node and pg if TLS or the authentication fails: a retry would not help. */
const PERMANENT = /SSL|certificate|self-signed|SASL|password/i;

/**
 * Waits until a database can be used, and migrates it to the current schema. Resolves with the server's
 * `synchronous_commit`. Throws an error for the operator after the timeout, and at once if waiting would not help.
 */
export async function reachDatabase(
  address: Address,
  breaker: CircuitBreaker,
  deadline: StartDeadline,
): Promise<string> {
  const connections = new Connections(address, { name: "opening", max: 1, timeoutMs: MIGRATION_TIMEOUT_MS }, breaker);
  try {
    return await retryUntil(deadline, address.name, () => prepare(connections, address.name));
  } finally {
    await connections.close();
  }
}

/**
 * Repeats `attempt` while the database is unavailable. Resolves with the result of `attempt`. Throws as `reachDatabase`
 * does.
 */
export function retryUntil<T>(deadline: StartDeadline, where: string, attempt: () => Promise<T>): Promise<T> {
  const name = `PostgreSQL at ${where}`;
  return retryDatabase(deadline, { name, isTransient, explain: (error) => explain(error, where) }, attempt);
}

async function prepare(connections: Connections, where: string): Promise<string> {
  const synchronousCommit = await inspectServer(connections, where);
  await migrate(connections, where);
  return synchronousCommit;
}

function isTransient(error: Error): boolean {
  // An unknown outcome does not matter: the steps of a start can be repeated.
  if (error instanceof NotReady || error instanceof OutcomeUnknown) return true;
  if (!(error instanceof StoreUnavailable)) return false;
  const { cause } = error;
  if (cause instanceof pg.DatabaseError) return TRANSIENT.test(cause.code ?? "");
  return !PERMANENT.test(error.message);
}

/** Adds advice to an error, for the operator. The messages of PostgreSQL name users and databases, but no passwords. */
function explain(error: Error, where: string): Error {
  if (!(error instanceof StoreUnavailable)) return error;
  return new Error(`The database at ${where} cannot be used: ${error.message}. ${adviceOn(error.cause)}`, {
    cause: error,
  });
}

function adviceOn(cause: unknown): string {
  const code = cause instanceof pg.DatabaseError ? (cause.code ?? "") : "";
  if (code.startsWith("28")) return "Check the user and the password in its URL.";
  if (code === "3D000") return "Create it first (CREATE DATABASE), or correct its name in the URL.";
  if (code === "42501") return "The user in the URL should own it, because Obrolan creates tables and functions in it.";
  if (/^42(P07|710|723)$/.test(code)) return "It contains something else: give Obrolan a database of its own.";
  return "Check its URL.";
}
