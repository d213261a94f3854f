import { constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkpoint } from "./checkpoint.ts";
import { copyStore } from "./copy.ts";
import { explain } from "./explain.ts";
import { BESIDE, DATABASE, handOver, LOCK, makeFolder, removeDatabase, syncFolder } from "./folder.ts";
import { inspectFile, type StoreSummary } from "./inspect.ts";
import { lockFolder } from "./lock.ts";
import { renewLogId } from "./renewLogId.ts";

/** What a restore came to. */
export interface Restored extends StoreSummary {
  /** Where the store that was there before is now. Undefined: there was none. */
  readonly before: string | undefined;
  /** How many sessions go on. */
  readonly sessions: number;
}

/**
 * Puts the store in a file, which a backup made, in the place of the one in a folder, which stays under another name. It is another
 * log from then on, so that clients that had more of the old one are told. A crash on the way leaves the one or the other, whole.
 *
 * Throws an error for people, and has changed nothing then, where a server runs on the folder, or the file is no store, is damaged,
 * or is of a newer version.
 */
export async function restoreSqliteStore({ folder, file }: { folder: string; file: string }): Promise<Restored> {
  inspectFile(file);
  const hadLock = existsSync(join(folder, LOCK));
  makeFolder(folder, [LOCK]);
  const lock = lockFolder(folder);
  const store = join(folder, DATABASE);
  const coming = `${store}.restoring`;
  try {
    // Of a restore that was killed.
    removeDatabase(coming);
    const holding = await copyStore(file, coming);
    handOver(coming);
    const sessions = renewLogId(coming, checkpoint(store));
    const before = setAside(store);
    // The old one's WAL must be gone before the new one is there, after a power cut too: it would be taken for the new one's.
    syncFolder(folder);
    renameSync(coming, store);
    syncFolder(folder);
    return { ...holding, sessions, before };
  } catch (error) {
    removeDatabase(coming);
    // A lock without a store is what is left of one that was lost (signs.ts), and this folder had none.
    if (!hadLock && !existsSync(store)) rmSync(join(folder, LOCK), { force: true });
    throw explain(error, file, coming);
  } finally {
    lock.release();
  }
}

/** Gives the store another name, beside its own, which the next one takes over in one step. Returns that name. */
function setAside(store: string): string | undefined {
  const ends = ["", ...BESIDE].filter((end) => existsSync(store + end));
  if (ends.length === 0) return undefined;
  const before = `${store}.${new Date().toISOString().replaceAll(":", "-")}`;
  for (const end of ends) {
    // Left there by a store that is gone, or could not be brought to rest.
    if (end !== "") renameSync(store + end, before + end);
    else link(store, before);
  }
  return before;
}

function link(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch {
    // Not every file system has links.
    copyFileSync(file, name, constants.COPYFILE_EXCL);
  }
}
