import { realpathSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { writeMeta } from "../meta.ts";
import { fileId } from "./folder.ts";

/**
 * The files of an open store. `db`, `wal` and `shm` are of the form of `fileId`, because a name may lead to another
 * file later.
 */
export interface StoreFiles {
  /** The path of the database, with symbolic links resolved. SQLite keeps the WAL and the shm beside it. */
  readonly path: string;
  readonly db: string;
  readonly wal: string;
  readonly shm: string;
}

/**
 * How a server can lose its store while it runs: the name of the database no longer leads to the open file (`gone`),
 * the same for the WAL or the shm (`beside`), or another server has claimed the store (`taken`).
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

/** Identifies the files that a connection has just opened. */
export function identify(file: string): StoreFiles {
  const path = realpathSync(file);
  return { path, db: fileId(file), wal: fileId(`${path}-wal`), shm: fileId(`${path}-shm`) };
}

/** Throws `StoreLost` if the names of a store no longer lead to the open files. */
export function checkFiles(file: string, files: StoreFiles): void {
  if (fileId(file) !== files.db) {
    throw new StoreLost(
      "gone",
      `${file} is no longer the file that this server has open: it was removed, moved or replaced. Nothing is ` +
        "accepted until that file is back under its name. What was accepted is still in the files that the server " +
        'has open, so do not stop it before you have read "When the store is gone" in docs/operations.md.',
    );
  }
  for (const ending of ["wal", "shm"] as const) {
    if (fileId(`${files.path}-${ending}`) === files[ending]) continue;
    throw new StoreLost(
      "beside",
      `${files.path}-${ending}, which is part of the store, was removed, moved or replaced while this server has it ` +
        "open. Nothing is accepted any more.",
    );
  }
}

/** Claims a store: a server that owned it before cannot commit any more. */
export function claim(db: DatabaseSync, owner: string): void {
  writeMeta(db, "owner", owner);
}

/** The checks that a worker makes before and after its work. Each may throw `StoreLost`. */
export type Guard = Pick<Custody, "checkFiles" | "checkFilesIfLost" | "checkOwner">;

/** For a store that cannot be lost, such as a store in memory. */
export const UNGUARDED: Guard = { checkFiles: () => {}, checkFilesIfLost: () => {}, checkOwner: () => {} };

/**
 * Checks in a worker that the names of the store still lead to the open files (1 µs for each file), and that no other
 * server has claimed the store (1 µs) (docs/decisions/0020-a-store-has-one-owner.md). The lock file alone is not
 * enough, because it can be removed.
 */
export class Custody {
  readonly #file: string;
  readonly #owner: string;
  readonly #files: StoreFiles;
  readonly #selectOwner: StatementSync;
  #isLost = false;

  constructor(db: DatabaseSync, file: string, owner: string, files: StoreFiles) {
    this.#file = file;
    this.#owner = owner;
    this.#files = files;
    this.#selectOwner = db.prepare("SELECT value FROM meta WHERE name = 'owner'");
  }

  /** Throws `StoreLost` if the names of the store no longer lead to the open files. */
  checkFiles(): void {
    this.#isLost = true;
    checkFiles(this.#file, this.#files);
    this.#isLost = false;
  }

  /** Checks the files only if the last check found a loss. */
  checkFilesIfLost(): void {
    if (this.#isLost) this.checkFiles();
  }

  /** Throws `StoreLost` if another server has claimed the store. During a write transaction no server can claim it. */
  checkOwner(): void {
    if (this.#selectOwner.get()?.value === this.#owner) return;
    throw new StoreLost(
      "taken",
      `Another server has taken over the store ${this.#file}, because the lock file of this one was removed: this ` +
        "server accepts nothing any more, and ends. Run one server on a data folder, and leave its obrolan.lock alone.",
    );
  }
}
