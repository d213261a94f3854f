import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isBusy, isDamage } from "../errors.ts";
import { fileId, LOCK } from "./folder.ts";

/** How often a server checks that its lock file still exists. */
const CHECK_INTERVAL_MS = 500;
/** The `user_version` of the lock file if a store was made in the folder. */
const MARKED = 1;

/** A data folder that is locked. */
export interface FolderLock {
  /** Whether a store was made in the folder before. */
  readonly isMarked: boolean;
  /** Records in the lock file that a store was made in the folder. */
  mark(): void;
  /** Until `release`: if the lock file was removed, creates it again, locks it, and calls `remade`. */
  keep(remade: () => void): void;
  /** Releases the lock. May be called more than once. */
  release(): void;
}

/**
 * Locks a data folder for one server. The lock is SQLite's own on a database file, held until the process ends: unlike
 * a file with a process id, it is released after `kill -9` too. Throws an error for the operator if the folder cannot
 * be locked.
 *
 * If the file is removed while the server runs, the server creates it again. No promise of the server depends on the
 * file (docs/decisions/0020-a-store-has-one-owner.md).
 */
export function lockFolder(folder: string): FolderLock {
  let held = lock(folder);
  let timer: NodeJS.Timeout | undefined;
  let isMarked = (held.db.prepare("PRAGMA user_version").get() as { user_version: number }).user_version === MARKED;
  return {
    isMarked,
    mark() {
      isMarked = true;
      mark(held.db);
    },
    keep(remade) {
      timer = setInterval(() => {
        if (fileId(join(folder, LOCK)) === held.id) return;
        const next = tryLock(folder);
        if (next === undefined) return;
        held.db.close();
        held = next;
        if (isMarked) mark(held.db);
        remade();
      }, CHECK_INTERVAL_MS);
      timer.unref();
    },
    release() {
      clearInterval(timer);
      if (held.db.isOpen) held.db.close();
    },
  };
}

/** The open lock file and its identity. */
interface Held {
  readonly db: DatabaseSync;
  readonly id: string;
}

function lock(folder: string): Held {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(folder, LOCK));
    // A journal on disk would lie beside the lock file as long as the lock is held.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;");
    return { db, id: fileId(join(folder, LOCK)) };
  } catch (cause) {
    db?.close();
    throw new Error(explainLock(folder, cause), { cause });
  }
}

/**
 * Undefined if the file cannot be locked, because another server has the lock or the folder is missing: the next check
 * tries again.
 */
function tryLock(folder: string): Held | undefined {
  try {
    // SQLite would create the file readable by everyone.
    closeSync(openSync(join(folder, LOCK), "wx", 0o600));
  } catch {
    // The file exists, or the folder does not: `lock` finds out.
  }
  try {
    return lock(folder);
  } catch {
    return undefined;
  }
}

/** Ignores failures, because a server must start on a full disk too. The lock is held again afterwards. */
function mark(db: DatabaseSync): void {
  try {
    db.exec(`PRAGMA user_version = ${MARKED}; COMMIT;`);
  } catch {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
  db.exec("BEGIN EXCLUSIVE");
}

function explainLock(folder: string, cause: unknown): string {
  if (isBusy(cause)) {
    return `The data folder ${folder} is in use by another server: stop that one, or take another folder with --data.`;
  }
  const { message } = cause as Error;
  if (isDamage(cause)) {
    const remedy = "remove obrolan.lock, and start again.";
    return `The lock of the data folder ${folder} is damaged (obrolan.lock: ${message}): ${remedy}`;
  }
  const remedy = "see to its permissions, or take another one with --data.";
  return `The data folder ${folder} cannot be written (obrolan.lock: ${message}): ${remedy}`;
}
