import type { DatabaseSync } from "node:sqlite";
import type { LogState } from "../../log/ports/logStore.ts";

/** Where the log begins and ends. What was forgotten counts: the head stays where it was. */
export function readState(db: DatabaseSync): LogState {
  // Two queries: SQLite looks only one end of the table up in its index, and walks all of it for both.
  const { oldest, newest } = db
    .prepare("SELECT (SELECT min(id) FROM messages) AS oldest, (SELECT max(id) FROM messages) AS newest")
    .get() as { oldest: number | null; newest: number | null };
  const forgotten = Number(readMeta(db, "forgotten_to") ?? 0);
  return { logId: readMeta(db, "log_id") ?? "", headId: newest ?? forgotten, oldestId: oldest ?? forgotten + 1 };
}

/** The time of the newest message there ever was; 0 where there never was one. */
export function readLastSentAt(db: DatabaseSync): number {
  const last = db.prepare("SELECT sent_at FROM messages ORDER BY id DESC LIMIT 1").get() as
    | { sent_at: number }
    | undefined;
  return last?.sent_at ?? Number(readMeta(db, "last_sent_at") ?? 0);
}

/** The newest time that a server was sure of; `undefined`: none was yet. */
export function readClockMark(db: DatabaseSync): number | undefined {
  const mark = readMeta(db, "clock_mark");
  return mark === undefined ? undefined : Number(mark);
}

function readMeta(db: DatabaseSync, name: string): string | undefined {
  return (db.prepare("SELECT value FROM meta WHERE name = ?").get(name) as { value: string } | undefined)?.value;
}
