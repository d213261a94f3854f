import pg from "pg";
import type { Address } from "./address.ts";

/** How long an answer may take, in milliseconds; longer than the server's own patience, so that it has the first word. */
export const ANSWER_TIMEOUT_MS = 5_000;

/** How long the server has for a call whose answer may take so many milliseconds: a little less. */
export function serverTimeoutOf(answer: number): number {
  return Math.round(0.8 * answer);
}

/** With what a server gives up in time for an answer that may take so many milliseconds. */
export function serverTimeouts(answer: number): Readonly<Record<string, string>> {
  const patience = serverTimeoutOf(answer);
  return {
    // A node that waits gives up before its client does, so that whoever asked is told that surely nothing was changed.
    lock_timeout: `${Math.round(patience / 2)}`,
    statement_timeout: `${patience}`,
    idle_in_transaction_session_timeout: `${patience}`,
  };
}

/** What PostgreSQL is asked to set for every connection; times in milliseconds unless they say otherwise. */
const SETTINGS: Readonly<Record<string, string>> = {
  ...serverTimeouts(ANSWER_TIMEOUT_MS),
  // The server lets go of a node that was cut off: what it sent is not taken, or nothing comes back.
  tcp_user_timeout: "10000",
  tcp_keepalives_idle: "10s",
  tcp_keepalives_interval: "5s",
  tcp_keepalives_count: "3",
  // The functions look again after they have waited for a lock. Under a stricter level they would see what was before it.
  default_transaction_isolation: "read committed",
  // Plans that do not depend on what was counted when: by the indexes, also in a database that is new.
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  jit: "off",
};

/** The settings of a connection as PostgreSQL takes them at its start, those of the URL first, so that these win. */
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

/** Numbers of 8 bytes as numbers: ids, and times in microseconds too, stay below 2^53. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text") => {
    if (oid === INT8) return Number;
    if (oid === INT8_ARRAY) return (text: string) => (text === "{}" ? [] : text.slice(1, -1).split(",").map(Number));
    return pg.types.getTypeParser(oid, format);
  }) as pg.CustomTypesConfig["getTypeParser"],
};

/** An array of numbers as PostgreSQL takes it: pg itself would escape each of them. */
export function toNumbers(numbers: readonly number[]): string {
  return `{${numbers.join(",")}}`;
}
