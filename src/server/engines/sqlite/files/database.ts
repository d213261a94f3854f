import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { explain, isBusy } from "../errors.ts";

/**
 * Opens a store for queries while a server may be running on it. Throws an error for the operator if the file cannot be
 * opened.
 */
export function openForQueries(file: string): DatabaseSync {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  if (!statSync(file).isFile()) throw new Error(`${file} is not a regular file.`);
  try {
    // If there is no WAL, SQLite makes one while it reads, and removes it again only if the connection may write.
    const db = new DatabaseSync(file, { readOnly: existsSync(`${file}-wal`) });
    db.exec("PRAGMA query_only = ON; PRAGMA busy_timeout = 5000;");
    return db;
  } catch (error) {
    throw explain(error, file);
  }
}

/**
 * Whether a file has an Obrolan store; false if it has no tables. Throws an error for the operator if it is not a
 * database, or a database of another program.
 */
export function hasStore(file: string): boolean {
  if (statSync(file).size === 0) return false;
  const db = openForQueries(file);
  try {
    const { objects } = db.prepare("SELECT count(*) AS objects FROM sqlite_schema").get() as { objects: number };
    if (objects === 0) return false;
    const hasMeta =
      db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'").get() !== undefined;
    const isOurs = hasMeta && db.prepare("SELECT 1 FROM meta WHERE name = 'log_id'").get() !== undefined;
    if (isOurs) return true;
  } catch (error) {
    throw explain(error, file);
  } finally {
    db.close();
  }
  throw new Error(
    `${file} is not an Obrolan store, but a database of another program: take another folder with --data.`,
  );
}

/** Whether another process, a backup or a server, has a store open. Also finds a server whose lock file was removed. */
export function isOpenElsewhere(file: string): boolean {
  const db = new DatabaseSync(file);
  try {
    // In WAL mode each connection holds a shared lock on the database while it is open:
    // https://www.sqlite.org/wal.html
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw explain(error, file);
  } finally {
    db.close();
  }
}
