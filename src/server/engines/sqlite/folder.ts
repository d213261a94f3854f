import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** The store, in the data folder. */
export const DATABASE = "obrolan.db";
/** What keeps the folder to one server. */
export const LOCK = "obrolan.lock";
/** What SQLite may have beside a database, as ends of its name: part of the data while they are there. */
export const BESIDE = ["-wal", "-shm", "-journal"] as const;

/** Makes the folder, and empty files in it where they are not there, which SQLite would let everybody read. */
export function makeFolder(folder: string, names: readonly string[]): void {
  const link = findLinkToNowhere(folder);
  if (link !== undefined) throw new Error(link);
  try {
    makePath(folder);
    for (const name of names) closeSync(openSync(join(folder, name), "a", 0o600));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The data folder ${folder} cannot be written: ${why}. Take another one with --data.`, { cause });
  }
}

/** What is wrong with a path that is a symbolic link to nothing, as a sentence; undefined if it is none. */
export function findLinkToNowhere(path: string): string | undefined {
  try {
    if (!lstatSync(path).isSymbolicLink() || existsSync(path)) return undefined;
    const remedy = "is a disk not mounted? Mount it, or correct the link.";
    return `${path} is a symbolic link to ${readlinkSync(path)}, which is not there: ${remedy}`;
  } catch {
    // There is nothing, or it cannot be looked at: making the folder says why.
    return undefined;
  }
}

/** Removes a database and all that SQLite has beside it, where they are there. */
export function removeDatabase(file: string): void {
  for (const end of ["", ...BESIDE]) rmSync(file + end, { force: true });
}

/**
 * Gives a file that root has made to the owner of its folder: the server, which may be another user, must be able to open it. SQLite
 * does the same with the files that it makes.
 */
export function handOver(file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(file));
  chownSync(file, uid, gid);
}

/** Makes names that were given and taken in a folder survive a power cut, where the system can. */
export function syncFolder(folder: string): void {
  // Windows opens no folders.
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** With `recursive` Node never comes back where a folder cannot be made that ought to be, such as one in /proc. */
function makePath(folder: string): void {
  if (existsSync(folder)) return;
  if (!existsSync(dirname(folder))) makePath(dirname(folder));
  // Conversations and password hashes are nobody else's business.
  mkdirSync(folder, { mode: 0o700 });
}
