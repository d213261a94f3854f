import type { DatabaseSync } from "node:sqlite";
import { explain } from "../errors.ts";
import { openForQueries } from "../files/database.ts";
import { logTable, readState } from "../meta.ts";
import { SCHEMA_VERSION } from "../schema.ts";

/** A summary of what a store has. */
export interface StoreSummary {
  /** The id of the oldest entry, or of the next entry if there is none. */
  readonly oldestId: number;
  /** The id of the newest entry that the log ever had; 0 if it never had one. */
  readonly headId: number;
  readonly accounts: number;
}

/** Summarizes the store in a file. Throws an error for the operator if it is not a store or its version is newer. */
export function inspectFile(file: string): StoreSummary {
  const db = openForQueries(file);
  try {
    return inspect(db, file);
  } catch (error) {
    throw explain(error, file);
  } finally {
    db.close();
  }
}

/** Summarizes a store. Throws an error for the operator if it is not a store or its version is newer. */
export function inspect(db: DatabaseSync, file: string): StoreSummary {
  const hasTable = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  const isStore =
    hasTable.get("meta") !== undefined &&
    db.prepare("SELECT 1 FROM meta WHERE name = 'log_id'").get() !== undefined &&
    ["accounts", "sessions", logTable(db)].every((name) => hasTable.get(name) !== undefined);
  if (!isStore) throw new Error(`${file} is not an Obrolan store.`);
  const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `${file} has schema version ${version}, and this Obrolan knows versions up to ${SCHEMA_VERSION}: ` +
        "use a newer Obrolan.",
    );
  }
  const { accounts } = db.prepare("SELECT count(*) AS accounts FROM accounts WHERE deleted_at IS NULL").get() as {
    accounts: number;
  };
  const { oldestId, headId } = readState(db, logTable(db));
  return { oldestId, headId, accounts };
}

/**
 * Checks a database: SQLite's integrity check, foreign keys, and missing ids. Returns a description of the damage;
 * undefined if there is none.
 */
export function findDamage(db: DatabaseSync): string | undefined {
  const { integrity_check: found } = db.prepare("PRAGMA integrity_check(1)").get() as { integrity_check: string };
  if (found !== "ok") return found;
  if (db.prepare("PRAGMA foreign_key_check").get() !== undefined) return "rows refer to others that are not there";
  const table = logTable(db);
  const { oldestId, headId } = readState(db, table);
  const { entries } = db.prepare(`SELECT count(*) AS entries FROM ${table}`).get() as { entries: number };
  return entries === headId - oldestId + 1 ? undefined : "messages are missing in the middle of the log";
}
