import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { ActiveSession } from "./checkpoint.ts";
import { migrate } from "./schema.ts";

/**
 * Makes another log of a copy of a store, brought to today's schema: what is in the log may have gone back, and ids will be given
 * out again. Of its sessions only those stay that are living still: one that has ended since must not come back. Returns how many.
 */
export function renewLogId(file: string, living: readonly ActiveSession[]): number {
  const db = new DatabaseSync(file);
  try {
    migrate(db);
    db.exec("CREATE TEMP TABLE living (token_hash BLOB PRIMARY KEY, last_used_at INTEGER NOT NULL)");
    const note = db.prepare("INSERT INTO living (token_hash, last_used_at) VALUES (?, ?)");
    db.exec("BEGIN IMMEDIATE");
    for (const { tokenHash, lastUsedAt } of living) note.run(tokenHash, lastUsedAt);
    db.exec(`
      DELETE FROM sessions WHERE token_hash NOT IN (SELECT token_hash FROM living);
      DELETE FROM online;
      UPDATE sessions SET last_used_at = max(sessions.last_used_at, living.last_used_at)
        FROM living WHERE living.token_hash = sessions.token_hash;
    `);
    db.prepare("UPDATE meta SET value = ? WHERE name = 'log_id'").run(randomUUID());
    db.exec("COMMIT");
    return (db.prepare("SELECT count(*) AS sessions FROM sessions").get() as { sessions: number }).sessions;
  } finally {
    db.close();
  }
}
