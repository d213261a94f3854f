import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isBusy, isDamage } from "./explain.ts";

/** A session that has not ended. */
export interface ActiveSession {
  readonly tokenHash: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly lastUsedAt: number;
}

/**
 * Brings a store to rest, so that its one file is all of it: what is in its WAL goes there. Returns the sessions that it has; none
 * where there is no store, or it is damaged. Throws an error for people where another program has it open.
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
    const why = isBusy(cause) ? "another program has it open; is a backup under way?" : (cause as Error).message;
    throw new Error(`The store ${store} cannot be brought to rest: ${why}`, { cause });
  } finally {
    db.close();
  }
}
