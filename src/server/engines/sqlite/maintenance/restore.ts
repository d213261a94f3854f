import { constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { explain } from "../errors.ts";
import {
  COMPANIONS,
  DATABASE,
  datedName,
  giveToFolderOwner,
  LOCK,
  makeFolder,
  removeDatabase,
  syncFolder,
} from "../files/folder.ts";
import { lockFolder } from "../files/lock.ts";
import { checkpoint } from "./checkpoint.ts";
import { copyStore } from "./copy.ts";
import { inspectFile, type StoreSummary } from "./inspect.ts";
import { renewLogId } from "./renewLogId.ts";

/** The result of a restore. */
export interface Restored extends StoreSummary {
  /** The new name of the store that was replaced. Undefined: there was none. */
  readonly before: string | undefined;
  /** How many sessions remain active. */
  readonly sessions: number;
}

/**
 * Replaces the store of a folder with a backup; the replaced store stays under another name. The log gets a new id, so
 * that clients that had more of the old log receive a gap. A crash leaves either the old or the new store, complete.
 *
 * Throws an error for the operator if a server runs on the folder, or if the file is not a store, is damaged, or has a
 * newer version. The store of the folder is then unchanged.
 */
export async function restoreSqliteStore({ folder, file }: { folder: string; file: string }): Promise<Restored> {
  inspectFile(file);
  const hadLock = existsSync(join(folder, LOCK));
  makeFolder(folder, [LOCK]);
  const lock = lockFolder(folder);
  const store = join(folder, DATABASE);
  const incoming = `${store}.restoring`;
  try {
    // Left by a restore that was killed.
    removeDatabase(incoming);
    const summary = await copyStore(file, incoming);
    giveToFolderOwner(incoming);
    const sessions = renewLogId(incoming, checkpoint(store));
    const before = setAside(store);
    // Before the new store gets its name, the old WAL must be renamed durably: SQLite would apply it to the new store.
    syncFolder(folder);
    renameSync(incoming, store);
    syncFolder(folder);
    return { ...summary, sessions, before };
  } catch (error) {
    removeDatabase(incoming);
    // A lock file without a store would be a sign of a lost store (lostStore.ts), but this folder had no store.
    if (!hadLock && !existsSync(store)) rmSync(join(folder, LOCK), { force: true });
    throw explain(error, file, incoming);
  } finally {
    lock.release();
  }
}

/**
 * Gives the store a second name, and keeps the first one, which `rename` replaces atomically. Returns the second name.
 */
function setAside(store: string): string | undefined {
  const endings = ["", ...COMPANIONS].filter((ending) => existsSync(store + ending));
  if (endings.length === 0) return undefined;
  const before = datedName(store);
  for (const ending of endings) {
    // Companions exist only if the store is missing or could not be checkpointed.
    if (ending !== "") renameSync(store + ending, before + ending);
    else link(store, before);
  }
  return before;
}

function link(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch {
    // Some file systems have no hard links.
    copyFileSync(file, name, constants.COPYFILE_EXCL);
  }
}
