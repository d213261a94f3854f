import type { FailedLoginStore, FailedLogins } from "../../accounts/ports/failedLoginStore.ts";
import type { Connections } from "./connections.ts";
import { unavailable } from "./failures.ts";
import type { LogPools } from "./log.ts";

/** How long a failure is remembered; in milliseconds. */
const WINDOW = 15 * 60 * 1_000;
/** A failure that lies further ahead was counted by a clock that was wrong; in milliseconds. */
const AHEAD = 60_000;
/** Whether the failure of a row is remembered at the time $2. */
const remembered = (row: string) => `${row}last_at > $2 - ${WINDOW}::bigint AND ${row}last_at <= $2 + ${AHEAD}::bigint`;

export const FIND = {
  name: "find-attempts",
  text: `SELECT failures, last_at FROM attempts WHERE key = $1 AND ${remembered("")}`,
};
// Each that is remembered makes place: two that are over, and two that lie ahead, are forgotten, so there are never
// many more than fit into the window.
export const FAIL = {
  name: "fail-attempt",
  text: `
    WITH over AS (
      DELETE FROM attempts WHERE key = ANY (ARRAY(
        SELECT key FROM attempts WHERE last_at <= $2 - ${WINDOW}::bigint AND key <> $1
        ORDER BY last_at LIMIT 2 FOR UPDATE SKIP LOCKED
      )) OR key = ANY (ARRAY(
        SELECT key FROM attempts WHERE last_at > $2 + ${AHEAD}::bigint AND key <> $1
        ORDER BY last_at DESC LIMIT 2 FOR UPDATE SKIP LOCKED
      ))
    )
    INSERT INTO attempts AS a (key, failures, last_at) VALUES ($1, 1, $2)
    ON CONFLICT (key) DO UPDATE
    SET failures = CASE WHEN ${remembered("a.")} THEN a.failures + 1 ELSE 1 END, last_at = $2`,
};
export const CLEAR = { name: "clear-attempts", text: "DELETE FROM attempts WHERE key = $1" };

/** Counts failed sign-ins over all nodes of a PostgreSQL database. */
export class PostgresFailedLogins implements FailedLoginStore {
  readonly #write: Connections;
  readonly #read: Connections;

  constructor({ write, read }: Pick<LogPools, "write" | "read">) {
    this.#write = write;
    this.#read = read;
  }

  async find(key: string, at: number): Promise<FailedLogins | undefined> {
    const [row] = await this.#read.read<[number, number]>(FIND, [key, at]);
    return row && { count: row[0], lastAt: row[1] };
  }

  async fail(key: string, at: number): Promise<void> {
    await this.#change(FAIL, [key, at]);
  }

  async clear(key: string): Promise<void> {
    await this.#change(CLEAR, [key]);
  }

  /** One more or one fewer is not worth an outcome that is not known. */
  async #change(...[statement, values]: Parameters<Connections["change"]>): Promise<void> {
    try {
      await this.#write.change(statement, values);
    } catch (error) {
      throw unavailable(error);
    }
  }
}
