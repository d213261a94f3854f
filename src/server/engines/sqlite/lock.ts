import { closeSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isBusy, isDamage } from "./explain.ts";
import { LOCK } from "./folder.ts";

/** How often a lock looks whether its file is still there, in milliseconds. */
const LOOK = 500;
/** The `user_version` of the lock's file once a store was made in the folder. */
const MARKED = 1;

/** A data folder that is locked. */
export interface FolderLock {
  /** Whether a store was made in the folder before. */
  readonly isMarked: boolean;
  /** Notes in the lock's file that a store was made in the folder. */
  mark(): void;
  /**
   * Makes and locks the file anew whenever it is not there any more, and calls `remade` then; until it is let go of.
   */
  keep(remade: () => void): void;
  /** Lets go of it, if it has not done so. */
  release(): void;
}

/**
 * Keeps a data folder to one server: a database whose lock is held for as long as the process lives. The system lets go
 * of it even after `kill -9`, which a file with a process id in it does not survive. Throws an error for people.
 *
 * The file can be removed under a running server: it makes it again, and no promise depends on it
 * (docs/decisions/0020-a-store-has-one-owner.md).
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
        if (idOf(folder) === held.id) return;
        const again = tryLock(folder);
        if (again === undefined) return;
        held.db.close();
        held = again;
        if (isMarked) mark(held.db);
        remade();
      }, LOOK);
      timer.unref();
    },
    release() {
      clearInterval(timer);
      if (held.db.isOpen) held.db.close();
    },
  };
}

interface Held {
  readonly db: DatabaseSync;
  readonly id: string;
}

function lock(folder: string): Held {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(folder, LOCK));
    // A journal in a file would stay beside it for as long as it is locked.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;");
    return { db, id: idOf(folder) };
  } catch (cause) {
    db?.close();
    throw new Error(sayWhy(folder, cause), { cause });
  }
}

/** Undefined if another server has it, or the folder is gone: it is tried again. */
function tryLock(folder: string): Held | undefined {
  try {
    // SQLite would let everybody read it.
    closeSync(openSync(join(folder, LOCK), "wx", 0o600));
  } catch {
    // It is there, or the folder is not: locking it says which.
  }
  try {
    return lock(folder);
  } catch {
    return undefined;
  }
}

/** Best effort: on a full disk a server must start all the same. The lock is kept in between. */
function mark(db: DatabaseSync): void {
  try {
    db.exec(`PRAGMA user_version = ${MARKED}; COMMIT;`);
  } catch {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
  db.exec("BEGIN EXCLUSIVE");
}

function idOf(folder: string): string {
  const stats = statSync(join(folder, LOCK), { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.dev}:${stats.ino}`;
}

function sayWhy(folder: string, cause: unknown): string {
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
