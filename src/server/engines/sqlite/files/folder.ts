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

/** The store's file in the data folder. */
export const DATABASE = "obrolan.db";
/** The file whose lock reserves the data folder for one server. */
export const LOCK = "obrolan.lock";
/** The endings of the files that SQLite keeps beside a database. While they exist, they are part of the data. */
export const COMPANIONS = ["-wal", "-shm", "-journal"] as const;

/** Creates the folder, and empty files in it if they are missing: SQLite would create them readable by everyone. */
export function makeFolder(folder: string, names: readonly string[]): void {
  const danglingLink = findDanglingLink(folder);
  if (danglingLink !== undefined) throw new Error(danglingLink);
  try {
    makePath(folder);
    for (const name of names) closeSync(openSync(join(folder, name), "a", 0o600));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The data folder ${folder} cannot be written: ${why}. Take another one with --data.`, { cause });
  }
}

/** If a path is a symbolic link to a missing file, a sentence that says so; otherwise undefined. */
export function findDanglingLink(path: string): string | undefined {
  try {
    if (!lstatSync(path).isSymbolicLink() || existsSync(path)) return undefined;
    const remedy = "is a disk not mounted? Mount it, or correct the link.";
    return `${path} is a symbolic link to ${readlinkSync(path)}, which is not there: ${remedy}`;
  } catch {
    // The path does not exist, or cannot be examined: the attempt to create the folder reports why.
    return undefined;
  }
}

/** Identifies a file as `DEVICE:INODE`; empty if the file does not exist. */
export function fileId(file: string): string {
  // An inode can exceed the safe integers.
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.dev}:${stats.ino}`;
}

/** Removes a database and its companions, if they exist. */
export function removeDatabase(file: string): void {
  for (const ending of ["", ...COMPANIONS]) rmSync(file + ending, { force: true });
}

/** A new name for a file whose name another file is about to take: its name and the current time. */
export function datedName(file: string): string {
  return `${file}.${new Date().toISOString().replaceAll(":", "-")}`;
}

/**
 * Gives a file that root has created to the owner of its folder, because the server may run as that user. SQLite does
 * the same with the files that it creates.
 */
export function giveToFolderOwner(file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(file));
  chownSync(file, uid, gid);
}

/**
 * Syncs a folder, so that changed names in it survive a power cut. Does nothing on Windows, where a program cannot open
 * a folder.
 */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Creates a folder and its parents. With `recursive`, Node hangs if a folder cannot be created, such as one in /proc.
 */
function makePath(folder: string): void {
  if (existsSync(folder)) return;
  if (!existsSync(dirname(folder))) makePath(dirname(folder));
  // Only the owner may read the folder, because it has messages and password hashes.
  mkdirSync(folder, { mode: 0o700 });
}
