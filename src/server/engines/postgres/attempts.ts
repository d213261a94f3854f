import {
  FAILURE_WINDOW_MS,
  type FailedLoginStore,
  type FailedLogins,
  MAX_FAILURE_AHEAD_MS,
} from "../../accounts/ports/failedLoginStore.ts";
import { unavailable } from "../shared/failures.ts";
import type { Connections } from "./connections.ts";
import type { LogPools } from "./log.ts";

/** SQL: whether the failure of a row counts at the time $2. */
const counts = (row: string) =>
  `${row}last_at > $2 - ${FAILURE_WINDOW_MS}::bigint AND ${row}last_at <= $2 + ${MAX_FAILURE_AHEAD_MS}::bigint`;

export const FIND = {
  name: "find-attempts",
  text: `SELECT failures, last_at FROM attempts WHERE key = $1 AND ${counts("")}`,
};
// Each insertion deletes up to two expired failures and two that lie too far in the future, so that the table stays
// small.
export const FAIL = {
  name: "fail-attempt",
  text: `
    WITH expired AS (
      DELETE FROM attempts WHERE key = ANY (ARRAY(
        SELECT key FROM attempts WHERE last_at <= $2 - ${FAILURE_WINDOW_MS}::bigint AND key <> $1
        ORDER BY last_at LIMIT 2 FOR UPDATE SKIP LOCKED
      )) OR key = ANY (ARRAY(
        SELECT key FROM attempts WHERE last_at > $2 + ${MAX_FAILURE_AHEAD_MS}::bigint AND key <> $1
        ORDER BY last_at DESC LIMIT 2 FOR UPDATE SKIP LOCKED
      ))
    )
    INSERT INTO attempts AS a (key, failures, last_at) VALUES ($1, 1, $2)
    ON CONFLICT (key) DO UPDATE
    SET failures = CASE WHEN ${counts("a.")} THEN a.failures + 1 ELSE 1 END, last_at = $2`,
};
export const CLEAR = { name: "clear-attempts", text: "DELETE FROM attempts WHERE key = $1" };

/** The failed logins of all nodes of a PostgreSQL database. */
export class PostgresFailedLogins implements FailedLoginStore {
  readonly #write: Connections;
  readonly #read: Connections;

  constructor({ write, read }: Pick<LogPools, "write" | "read">) {
    this.#write = write;
    this.#read = read;
  }

  async find(key: string, at: number): Promise<FailedLogins | undefined> {
    const [row] = await this.#read.read<[count: number, lastAt: number]>(FIND, [key, at]);
    return row && { count: row[0], lastAt: row[1] };
  }

  async fail(key: string, at: number): Promise<void> {
    await this.#change(FAIL, [key, at]);
  }

  async clear(key: string): Promise<void> {
    await this.#change(CLEAR, [key]);
  }

  /** Reports an unknown outcome as `StoreUnavailable`: one failure more or less does not matter. */
  async #change(...[statement, values]: Parameters<Connections["change"]>): Promise<void> {
    try {
      await this.#write.change(statement, values);
    } catch (error) {
      throw unavailable(error);
    }
  }
}
