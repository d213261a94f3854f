import { renameSync, statSync } from "node:fs";
import type { StoreFiles } from "./custody.ts";
import type { Failure } from "./failures.ts";

/** Tells the operator something. */
export type Report = (told: { readonly level: "info" | "warn" | "error"; readonly message: string }) => void;

/** What the watch over a store works with. */
export interface WatchParts {
  /** Writes what is only in the WAL into the database. Resolves with whether all of it is there now. */
  readonly fold: () => Promise<boolean>;
  readonly report: Report;
}

/**
 * Decides what follows when a server has lost its store (docs/decisions/0019-a-server-that-lost-its-files.md). The threads find out, and refuse by
 * themselves.
 */
export class LossWatch {
  readonly #parts: WatchParts;
  #told = "";
  #isFolding = false;
  readonly #failed = Promise.withResolvers<Error>();

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Resolves with an error for people when the server can only end. */
  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  /** A thread has found a loss. */
  lost({ loss, message }: Failure): void {
    if (loss === "taken") this.#failed.resolve(new Error(message));
    else if (loss === "beside") void this.#fold(message);
    else this.#tell(message);
  }

  /** A thread has found that all is in its place. */
  held(): void {
    if (this.#told === "") return;
    this.#told = "";
    this.#parts.report({ level: "warn", message: "the store is back in its place, and goes on" });
  }

  /**
   * The database is in its place, and the server has the WAL open that is not: once that is written into the database,
   * nothing is lost, and a new start makes a new WAL.
   */
  async #fold(message: string): Promise<void> {
    if (this.#isFolding) return;
    this.#isFolding = true;
    // The next look tries again.
    const isDone = await this.#parts.fold().catch(() => false);
    this.#isFolding = false;
    if (!isDone) return this.#tell(message);
    const remedy = "All that was accepted is in the database itself now: start the server again.";
    this.#failed.resolve(new Error(`${message} ${remedy}`));
  }

  #tell(message: string): void {
    if (this.#told !== message) this.#parts.report({ level: "error", message });
    this.#told = message;
  }
}

/**
 * Sets the WAL of a closed store aside, if another database is under the store's name by now: SQLite would write it
 * into that one. If none is there, it stays, for the database to be moved back to. Returns its new name.
 */
export function setAsideWal(file: string, files: StoreFiles): string | undefined {
  const wal = `${files.path}-wal`;
  const now = idOf(file);
  if (now === undefined || now === files.db || idOf(wal) !== files.wal) return undefined;
  const aside = `${wal}.${new Date().toISOString().replaceAll(":", "-")}`;
  renameSync(wal, aside);
  return aside;
}

function idOf(file: string): string | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}
