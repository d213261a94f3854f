import { renameSync } from "node:fs";
import type { Failure } from "../failures.ts";
import type { StoreFiles } from "./custody.ts";
import { datedName, fileId } from "./folder.ts";

/** Writes an entry of the server's log. */
export type Report = (entry: { readonly level: "info" | "warn" | "error"; readonly message: string }) => void;

/** The collaborators of a `LossWatch`. */
export interface LossWatchParts {
  /** Checkpoints the WAL into the database file. Resolves with whether the database file has all of it now. */
  readonly checkpoint: () => Promise<boolean>;
  readonly report: Report;
}

/**
 * Decides what a server does when it has lost its store (docs/decisions/0019-a-server-that-lost-its-files.md). The
 * workers detect the loss, and refuse calls.
 */
export class LossWatch {
  readonly #parts: LossWatchParts;
  /** The last message that was reported; empty if all files are in place. */
  #reported = "";
  #isCheckpointing = false;
  readonly #failed = Promise.withResolvers<Error>();

  constructor(parts: LossWatchParts) {
    this.#parts = parts;
  }

  /** Resolves with an error for the operator when the server must end. */
  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  /** Call this when a worker has detected a loss. */
  lost({ loss, message }: Failure): void {
    if (loss === "taken") this.#failed.resolve(new Error(message));
    else if (loss === "beside") void this.#checkpoint(message);
    else this.#report(message);
  }

  /** Call this when a worker has found all files in place. */
  inPlace(): void {
    if (this.#reported === "") return;
    this.#reported = "";
    this.#parts.report({ level: "warn", message: "the store is back in its place, and the server continues" });
  }

  /**
   * For a database that is in its place, while the name of its open WAL or shm no longer leads to the open file. When
   * the WAL is checkpointed into the database, nothing is lost, and the next start makes a new WAL.
   */
  async #checkpoint(message: string): Promise<void> {
    if (this.#isCheckpointing) return;
    this.#isCheckpointing = true;
    // If this fails, the next report of the loss tries again.
    const isDone = await this.#parts.checkpoint().catch(() => false);
    this.#isCheckpointing = false;
    if (!isDone) return this.#report(message);
    const remedy = "All that was accepted is in the database itself now: start the server again.";
    this.#failed.resolve(new Error(`${message} ${remedy}`));
  }

  #report(message: string): void {
    if (this.#reported !== message) this.#parts.report({ level: "error", message });
    this.#reported = message;
  }
}

/**
 * Renames the WAL of a closed store if another database has the store's name now, because SQLite would write the WAL
 * into that database. If no file has the store's name, the WAL stays, so that the operator can move the database back.
 * Returns the new name.
 */
export function setAsideWal(file: string, files: StoreFiles): string | undefined {
  const wal = `${files.path}-wal`;
  const current = fileId(file);
  if (current === "" || current === files.db || fileId(wal) !== files.wal) return undefined;
  const aside = datedName(wal);
  renameSync(wal, aside);
  return aside;
}
