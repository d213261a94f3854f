import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { explain } from "./explain.ts";
import { SCHEMA_VERSION } from "./schema.ts";
import { readState } from "./state.ts";

/** What a store holds. */
export interface StoreSummary {
  /** The id of the oldest message, or of the next one where there is none. */
  readonly oldestId: number;
  /** The id of the newest message there ever was; 0: there never was one. */
  readonly headId: number;
  readonly accounts: number;
}

/** What the store in a file holds. Throws an error for people where there is none, or one of a newer version. */
export function inspectFile(file: string): StoreSummary {
  const db = openBeside(file);
  try {
    return inspect(db, file);
  } catch (error) {
    throw explain(error, file);
  } finally {
    db.close();
  }
}

/** Opens a store beside a server that may be running on it, and changes nothing. Throws an error for people where it cannot. */
export function openBeside(file: string): DatabaseSync {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  if (!statSync(file).isFile()) throw new Error(`${file} is no file.`);
  try {
    // Where there is no WAL yet, SQLite makes one for as long as it reads, and only one who may write takes it away again.
    const db = new DatabaseSync(file, { readOnly: existsSync(`${file}-wal`) });
    db.exec("PRAGMA query_only = ON; PRAGMA busy_timeout = 5000;");
    return db;
  } catch (error) {
    throw explain(error, file);
  }
}

/** What a store holds. Throws an error for people where it is none, or one of a newer version. */
export function inspect(db: DatabaseSync, file: string): StoreSummary {
  const hasTable = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  const isStore =
    hasTable.get("meta") !== undefined &&
    db.prepare("SELECT 1 FROM meta WHERE name = 'log_id'").get() !== undefined &&
    ["accounts", "sessions", "messages"].every((name) => hasTable.get(name) !== undefined);
  if (!isStore) throw new Error(`${file} is no store of Obrolan.`);
  const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `${file} has schema version ${version}, and this Obrolan knows versions up to ${SCHEMA_VERSION}: use a newer Obrolan.`,
    );
  }
  const { accounts } = db.prepare("SELECT count(*) AS accounts FROM accounts WHERE deleted_at IS NULL").get() as {
    accounts: number;
  };
  const { oldestId, headId } = readState(db);
  return { oldestId, headId, accounts };
}

/** What is wrong with a database: SQLite's own check, rows that refer to none, and ids that are missing. Undefined: it is whole. */
export function findDamage(db: DatabaseSync): string | undefined {
  const { integrity_check: found } = db.prepare("PRAGMA integrity_check(1)").get() as { integrity_check: string };
  if (found !== "ok") return found;
  if (db.prepare("PRAGMA foreign_key_check").get() !== undefined) return "rows refer to others that are not there";
  const { oldestId, headId } = readState(db);
  const { messages } = db.prepare("SELECT count(*) AS messages FROM messages").get() as { messages: number };
  return messages === headId - oldestId + 1 ? undefined : "messages are missing in the middle of the log";
}
