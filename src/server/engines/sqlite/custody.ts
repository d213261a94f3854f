import { realpathSync, statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** The files of an open store, each as `DEVICE:INODE`: a name may lead to another file later on. */
export interface StoreFiles {
  /** The database's path without symbolic links: SQLite keeps the WAL and the shm beside it. */
  readonly path: string;
  readonly db: string;
  readonly wal: string;
  readonly shm: string;
}

/**
 * How a server can lose its store while it runs: the database is no longer under its name (`gone`), or only its WAL or
 * shm is not (`beside`), or another server owns the store now (`taken`).
 */
export type Loss = "gone" | "beside" | "taken";

/** The server has lost its store. */
export class StoreLost extends Error {
  override readonly name = "StoreLost";
  readonly loss: Loss;

  constructor(loss: Loss, message: string) {
    super(message);
    this.loss = loss;
  }
}

/** The files that a store's connection has just opened. */
export function identify(file: string): StoreFiles {
  const path = realpathSync(file);
  return { path, db: idOf(file), wal: idOf(`${path}-wal`), shm: idOf(`${path}-shm`) };
}

/** Throws `StoreLost` if the names of a store no longer lead to the files that are open. */
export function checkFiles(file: string, files: StoreFiles): void {
  if (idOf(file) !== files.db) {
    throw new StoreLost(
      "gone",
      `${file} is no longer the file that this server has open: it was removed, moved or replaced. Nothing is ` +
        "accepted until that file is back under its name. What was accepted is still in the files that the server has " +
        'open, so do not stop it before you have read "When the store is gone" in docs/operations.md.',
    );
  }
  for (const end of ["wal", "shm"] as const) {
    if (idOf(`${files.path}-${end}`) === files[end]) continue;
    throw new StoreLost(
      "beside",
      `${files.path}-${end}, which is part of the store, was removed, moved or replaced while this server has it ` +
        "open. Nothing is accepted any more.",
    );
  }
}

/** Takes a store over: from now on no server that owned it before can commit. */
export function claim(db: DatabaseSync, owner: string): void {
  db.prepare(
    "INSERT INTO meta (name, value) VALUES ('owner', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  ).run(owner);
}

/** What a thread asks before and after it works. Each may throw `StoreLost`. */
export type Guard = Pick<Custody, "checkFiles" | "checkFilesIfLost" | "checkOwner">;

/** For a store that nobody can lose, such as one in memory. */
export const UNGUARDED: Guard = { checkFiles: () => {}, checkFilesIfLost: () => {}, checkOwner: () => {} };

/**
 * Watches over a store, in one of its threads: whether its names still lead to its files, which costs 1 µs a file, and
 * whether another server has claimed it since, which costs 1 µs (docs/decisions/0020-a-store-has-one-owner.md). The lock file alone cannot
 * tell: it can be removed.
 */
export class Custody {
  readonly #file: string;
  readonly #owner: string;
  readonly #files: StoreFiles;
  readonly #owned: StatementSync;
  #isLost = false;

  constructor(db: DatabaseSync, file: string, owner: string, files: StoreFiles) {
    this.#file = file;
    this.#owner = owner;
    this.#files = files;
    this.#owned = db.prepare("SELECT value FROM meta WHERE name = 'owner'");
  }

  /** Throws `StoreLost` if the store's names lead elsewhere. */
  checkFiles(): void {
    this.#isLost = true;
    checkFiles(this.#file, this.#files);
    this.#isLost = false;
  }

  /** The same, but looks only if the last look found a loss. */
  checkFilesIfLost(): void {
    if (this.#isLost) this.checkFiles();
  }

  /**
   * Throws `StoreLost` if another server has claimed the store. Inside a writing transaction nobody can claim it
   * meanwhile.
   */
  checkOwner(): void {
    if (this.#owned.get()?.value === this.#owner) return;
    throw new StoreLost(
      "taken",
      `Another server has taken over the store ${this.#file}, because the lock file of this one was removed: this ` +
        "server accepts nothing any more, and ends. Run one server on a data folder, and leave its obrolan.lock alone.",
    );
  }
}

/** Inodes can be greater than what a number holds. */
function idOf(file: string): string {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.dev}:${stats.ino}`;
}
