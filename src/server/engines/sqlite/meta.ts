import type { DatabaseSync } from "node:sqlite";
import type { LogState } from "../../log/ports/logStore.ts";
import { ENTRIES_VERSION } from "./schema.ts";

/** The table of the log, also in a store that is not migrated yet. */
export function logTable(db: DatabaseSync): "entries" | "messages" {
  const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  return version < ENTRIES_VERSION ? "messages" : "entries";
}

/** The id and the bounds of the log. A truncation does not lower the head. */
export function readState(db: DatabaseSync, table = "entries"): LogState {
  // Two subqueries, because SQLite would scan the table for `min` and `max` in one query, instead of using the index.
  const { oldest, newest } = db
    .prepare(`SELECT (SELECT min(id) FROM ${table}) AS oldest, (SELECT max(id) FROM ${table}) AS newest`)
    .get() as { oldest: number | null; newest: number | null };
  const truncatedTo = Number(readMeta(db, "forgotten_to") ?? 0);
  return { logId: readMeta(db, "log_id") ?? "", headId: newest ?? truncatedTo, oldestId: oldest ?? truncatedTo + 1 };
}

/** The time of the newest entry that the log ever had; 0 if it never had one. */
export function readLastSentAt(db: DatabaseSync): number {
  const last = db.prepare("SELECT sent_at FROM entries ORDER BY id DESC LIMIT 1").get() as
    | { sent_at: number }
    | undefined;
  return last?.sent_at ?? Number(readMeta(db, "last_sent_at") ?? 0);
}

/** The newest time that a server was sure of; `undefined` if none was written yet. */
export function readClockMark(db: DatabaseSync): number | undefined {
  const mark = readMeta(db, "clock_mark");
  return mark === undefined ? undefined : Number(mark);
}

/** The value of a row of `meta`. */
export function readMeta(db: DatabaseSync, name: string): string | undefined {
  return (db.prepare("SELECT value FROM meta WHERE name = ?").get(name) as { value: string } | undefined)?.value;
}

/** Sets a row of `meta`. */
export function writeMeta(db: DatabaseSync, name: string, value: string): void {
  db.prepare(
    "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  ).run(name, value);
}
