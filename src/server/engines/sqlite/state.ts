import type { DatabaseSync } from "node:sqlite";
import type { LogState } from "../../room/ports/log.ts";

/** Where the log begins and ends. What was forgotten counts: the head stays where it was. */
export function readState(db: DatabaseSync): LogState {
  const meta = db.prepare("SELECT value FROM meta WHERE name = ?");
  const value = (name: string) => (meta.get(name) as { value: string } | undefined)?.value;
  // Two queries: SQLite looks only one end of the table up in its index, and walks all of it for both.
  const { oldest, newest } = db
    .prepare("SELECT (SELECT min(id) FROM messages) AS oldest, (SELECT max(id) FROM messages) AS newest")
    .get() as { oldest: number | null; newest: number | null };
  const forgotten = Number(value("forgotten_to") ?? 0);
  return { logId: value("log_id") ?? "", headId: newest ?? forgotten, oldestId: oldest ?? forgotten + 1 };
}
