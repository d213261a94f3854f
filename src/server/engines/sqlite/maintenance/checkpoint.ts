import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isBusy, isDamage } from "../errors.ts";

/** A session in the store that a restore replaces. */
export interface ActiveSession {
  readonly tokenHash: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly lastUsedAt: number;
}

/**
 * Checkpoints the WAL of a store, so that the database file alone is the complete store. Returns the sessions of the
 * store: none if there is no store, or if it is damaged. Throws an error for the operator if another program has the
 * store open.
 */
export function checkpoint(store: string): ActiveSession[] {
  if (!existsSync(store) || statSync(store).size === 0) return [];
  const db = new DatabaseSync(store);
  try {
    db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = DELETE;");
    const hasSessions = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sessions'").get();
    if (hasSessions === undefined) return [];
    const sessions = db.prepare("SELECT token_hash AS tokenHash, last_used_at AS lastUsedAt FROM sessions").all();
    return sessions as unknown as ActiveSession[];
  } catch (cause) {
    if (isDamage(cause)) return [];
    const why = isBusy(cause) ? "another program has it open; is a backup in progress?" : (cause as Error).message;
    throw new Error(`The store ${store} cannot be checkpointed: ${why}`, { cause });
  } finally {
    db.close();
  }
}
