import pg from "pg";
import type { Address } from "./address.ts";

/**
 * How long an answer may take. The server's own timeouts are shorter, so that the server reports what happened before
 * this timeout.
 */
export const ANSWER_TIMEOUT_MS = 5_000;

/** The server's timeout for a call whose answer may take `answerTimeoutMs`: a little less. */
export function serverTimeoutOf(answerTimeoutMs: number): number {
  return Math.round(0.8 * answerTimeoutMs);
}

/** Server settings that end a call before `answerTimeoutMs` has passed. */
export function serverTimeouts(answerTimeoutMs: number): Readonly<Record<string, string>> {
  const timeoutMs = serverTimeoutOf(answerTimeoutMs);
  return {
    // A call that waits for a lock ends before its answer times out, so that the caller knows that nothing was changed.
    lock_timeout: `${Math.round(timeoutMs / 2)}`,
    statement_timeout: `${timeoutMs}`,
    idle_in_transaction_session_timeout: `${timeoutMs}`,
  };
}

/** The settings of every connection. Times without a unit are in milliseconds. */
const SETTINGS: Readonly<Record<string, string>> = {
  ...serverTimeouts(ANSWER_TIMEOUT_MS),
  // With these, the server ends the connection of a node that has become unreachable.
  tcp_user_timeout: "10000",
  tcp_keepalives_idle: "10s",
  tcp_keepalives_interval: "5s",
  tcp_keepalives_count: "3",
  // The functions query again after they have waited for a lock. At a stricter level they would see an old snapshot.
  default_transaction_isolation: "read committed",
  // Plans use the indexes whatever the statistics say, in a new database too.
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  jit: "off",
};

/** The `options` of a connection. The URL's options come first, so that ours win. */
export function optionsOf({ options }: Address, settings: Readonly<Record<string, string>> = {}): string {
  const ours = Object.entries({ ...SETTINGS, ...settings }).map(([name, value]) => `-c ${name}=${quote(value)}`);
  return [options, ...ours].join(" ").trim();
}

function quote(value: string): string {
  return value.replace(/[\\ ]/g, "\\$&");
}

/** https://www.postgresql.org/docs/current/datatype-oid.html, and pg_type.dat of the sources */
const INT8 = 20;
const INT8_ARRAY = 1016;

/** Parses bigint as a number: ids, and times in microseconds, stay below 2^53. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text") => {
    if (oid === INT8) return Number;
    if (oid === INT8_ARRAY) return (text: string) => (text === "{}" ? [] : text.slice(1, -1).split(",").map(Number));
    return pg.types.getTypeParser(oid, format);
  }) as pg.CustomTypesConfig["getTypeParser"],
};

/** Encodes an array of numbers for PostgreSQL. pg would escape each number. */
export function toNumbers(numbers: readonly number[]): string {
  return `{${numbers.join(",")}}`;
}

/** Encodes an interval for PostgreSQL. */
export function toInterval(ms: number): string {
  return `${ms} ms`;
}
