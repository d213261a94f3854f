import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { writeMeta } from "../meta.ts";
import { migrate } from "../schema.ts";
import type { ActiveSession } from "./checkpoint.ts";

/**
 * Migrates a copy of a store to the current schema and gives its log a new id, because the log may have regressed, so
 * that new messages get ids that were in use before. Keeps only the sessions in `active`, so that an ended session does
 * not become active again. Returns the number of sessions.
 */
export function renewLogId(file: string, active: readonly ActiveSession[]): number {
  const db = new DatabaseSync(file);
  try {
    migrate(db);
    db.exec("CREATE TEMP TABLE active (token_hash BLOB PRIMARY KEY, last_used_at INTEGER NOT NULL)");
    const insert = db.prepare("INSERT INTO active (token_hash, last_used_at) VALUES (?, ?)");
    db.exec("BEGIN IMMEDIATE");
    for (const { tokenHash, lastUsedAt } of active) insert.run(tokenHash, lastUsedAt);
    db.exec(`
      DELETE FROM sessions WHERE token_hash NOT IN (SELECT token_hash FROM active);
      DELETE FROM online;
      UPDATE sessions SET last_used_at = max(sessions.last_used_at, active.last_used_at)
        FROM active WHERE active.token_hash = sessions.token_hash;
    `);
    writeMeta(db, "log_id", randomUUID());
    db.exec("COMMIT");
    return (db.prepare("SELECT count(*) AS sessions FROM sessions").get() as { sessions: number }).sessions;
  } finally {
    db.close();
  }
}
