import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { explain, isBusy } from "./explain.ts";
import { BESIDE, DATABASE, findLinkToNowhere, LOCK } from "./folder.ts";
import { openBeside } from "./inspect.ts";

/**
 * What shows that a data folder had a store which is not there now, as a sentence with the remedy; undefined if nothing
 * does. A new store in such a folder would look like one that has lost all its messages. `isMarked`: a store was made
 * in the folder before.
 */
export function findLostStore(folder: string, isMarked = false): string | undefined {
  const file = join(folder, DATABASE);
  const link = findLinkToNowhere(file);
  if (link !== undefined) return link;
  const beside = BESIDE.map((end) => DATABASE + end).filter((name) => existsSync(join(folder, name)));
  const restoring = `${DATABASE}.restoring`;
  if (!existsSync(file)) {
    const signs = [LOCK, restoring].filter((name) => existsSync(join(folder, name))).concat(beside);
    return signs.length === 0
      ? undefined
      : lost(
          folder,
          `${DATABASE} is not there, but ${signs.join(" and ")} ${signs.length === 1 ? "is" : "are"}`,
          signs,
        );
  }
  if (statSync(file).size > 0) return undefined;
  const wal = `${DATABASE}-wal`;
  const hasWal = beside.includes(wal) && statSync(join(folder, wal)).size > 0;
  // An empty file alone is what a first start leaves that was cut off.
  if (!isMarked && !hasWal) return undefined;
  return lost(folder, `${DATABASE} is empty, but a store was made there before`, [DATABASE, LOCK, ...beside]);
}

function lost(folder: string, what: string, toRemove: readonly string[]): string {
  return (
    `The data folder ${folder} has lost its store: ${what}. Put ${DATABASE} back, or restore a backup with ` +
    `"obrolan restore --data ${folder} FILE". To begin with an empty store instead, remove ${toRemove.join(", ")}, ` +
    "or take another folder with --data."
  );
}

/**
 * Throws an error for people if the database is one of another program. Changes nothing. Returns whether it has a store
 * yet.
 */
export function checkOurs(file: string): boolean {
  if (statSync(file).size === 0) return false;
  const db = openBeside(file);
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
    `${file} is no store of Obrolan, but a database of another program: take another folder with --data.`,
  );
}

/** Whether another process has a store open: a server, whatever became of its lock file, or a backup. */
export function isOpenElsewhere(file: string): boolean {
  const db = new DatabaseSync(file);
  try {
    // In WAL mode each connection holds a shared lock on the database for as long as it is open:
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
