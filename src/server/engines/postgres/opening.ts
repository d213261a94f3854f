import pg from "pg";
import { retry } from "../../common/retry.ts";
import { OutcomeUnknown, StoreUnavailable } from "../../common/storeErrors.ts";
import type { CircuitBreaker } from "../shared/circuitBreaker.ts";
import type { Address } from "./address.ts";
import { Connections } from "./connections.ts";
import { wordsOf } from "./failures.ts";
import { migrate } from "./migrate.ts";
import { inspectServer, NotReady } from "./server.ts";

/** How long a step to today's schema may take, in milliseconds: a large database takes its time. */
const MIGRATION = 60 * 60 * 1_000;
const PAUSE_MS = 300;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: what may be otherwise a little later. */
const PASSING = /^(08|40|53|55|57)/;
/** What Node and pg say where the two sides cannot agree on TLS, or on how to sign in. */
const LASTING = /SSL|certificate|self-signed|SASL|password/i;

/** How long a database that is not there, or goes away again, is waited for. */
export interface Waiting {
  /** In milliseconds of `performance.now`. */
  readonly until: number;
  /** In milliseconds, for people. */
  readonly patience: number;
  readonly report: (error: Error) => void;
}

/**
 * Waits until a database is there and can be used, and brings it to today's schema. Resolves with the level of `synchronous_commit`
 * that the server has. Throws an error for people where it does not come in time, and at once where waiting would not help.
 */
export async function reachDatabase(address: Address, respite: CircuitBreaker, waiting: Waiting): Promise<string> {
  const connections = new Connections(address, { name: "opening", max: 1, timeoutMs: MIGRATION }, respite);
  try {
    return await persist(() => prepare(connections, address.name), address.name, waiting);
  } finally {
    await connections.close();
  }
}

/** Repeats an attempt while the database is unavailable. Throws as `reachDatabase` does. */
export async function persist<T>(attempt: () => Promise<T>, where: string, waiting: Waiting): Promise<T> {
  const { until, patience, report } = waiting;
  try {
    return await retry(attempt, {
      timeoutMs: until - performance.now(),
      pauseMs: PAUSE_MS,
      mayPass: (error) => mayPass(error as Error),
      onFirstFailure: (cause) => {
        const why = wordsOf(cause as Error);
        report(new Error(`PostgreSQL at ${where} cannot be used yet, trying on: ${why}`, { cause }));
      },
    });
  } catch (error) {
    const failure = error as Error;
    if (!mayPass(failure)) throw explain(failure, where);
    throw new Error(
      `PostgreSQL at ${where} cannot be used after ${Math.round(patience / 1_000)} s: ${wordsOf(failure)}. Is it running, and can this machine reach it?`,
      { cause: failure },
    );
  }
}

async function prepare(connections: Connections, where: string): Promise<string> {
  const synchronousCommit = await inspectServer(connections, where);
  await migrate(connections, where);
  return synchronousCommit;
}

function mayPass(error: Error): boolean {
  // Whatever is said when a node begins may be said again.
  if (error instanceof NotReady || error instanceof OutcomeUnknown) return true;
  if (!(error instanceof StoreUnavailable)) return false;
  const { cause } = error;
  if (cause instanceof pg.DatabaseError) return PASSING.test(cause.code ?? "");
  return !LASTING.test(error.message);
}

/** An error for people. What PostgreSQL says names users and databases, and no passwords. */
function explain(error: Error, where: string): Error {
  if (!(error instanceof StoreUnavailable)) return error;
  return new Error(`The database at ${where} cannot be used: ${error.message}. ${adviceOn(error.cause)}`, {
    cause: error,
  });
}

function adviceOn(cause: unknown): string {
  const code = cause instanceof pg.DatabaseError ? (cause.code ?? "") : "";
  if (code.startsWith("28")) return "See to the user and the password in its URL.";
  if (code === "3D000") return "Make it first (CREATE DATABASE), or see to its name in the URL.";
  if (code === "42501") return "Its owner should be the user in the URL: tables and functions are made in it.";
  if (/^42(P07|710|723)$/.test(code)) return "Something else is in it: give Obrolan a database of its own.";
  return "See to its URL.";
}
