import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LOCK } from "./folder.ts";

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * Keeps a data folder to one server: an empty database whose lock is held for as long as the process lives. The system lets go of
 * it even after `kill -9`, which a file with a process id in it does not survive.
 */
export function lockFolder(folder: string): { release(): void } {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(folder, LOCK));
    db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
    const locked = db;
    return { release: () => locked.close() };
  } catch (cause) {
    db?.close();
    throw new Error(sayWhy(folder, cause), { cause });
  }
}

function sayWhy(folder: string, cause: unknown): string {
  const { errcode, message } = cause as { errcode?: number; message: string };
  if (errcode === SQLITE_BUSY) {
    return `The data folder ${folder} is in use by another server: stop that one, or take another folder with --data.`;
  }
  return `The data folder ${folder} cannot be written (obrolan.lock: ${message}): see to its permissions, or take another one with --data.`;
}
