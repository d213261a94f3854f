import type { DatabaseSync } from "node:sqlite";
import type { Guard } from "./files/custody.ts";
import { BUSY_TIMEOUT_MS } from "./schema.ts";

/** How long after the first erasure the WAL is truncated, so that one checkpoint does for many erasures. */
const DELAY_MS = 150;
/** The longest wait between attempts while another connection reads an old snapshot, such as a backup. */
const MAX_RETRY_MS = 1_000;
/** How long an attempt waits for readers. Appends wait as long. The reader's statements take less. */
const WAIT_FOR_READERS_MS = 20;

/**
 * Removes erased texts from the WAL, which has earlier versions of pages: a checkpoint copies the newest version of all
 * pages into the database and truncates the WAL. Such a checkpoint takes some milliseconds. It fails while another
 * connection reads a snapshot that needs the WAL, and is then tried again.
 */
export class WalErasure {
  readonly #db: DatabaseSync;
  readonly #guard: Guard;
  #timer: NodeJS.Timeout | undefined;

  constructor(db: DatabaseSync, guard: Guard) {
    this.#db = db;
    this.#guard = guard;
  }

  /** Call this after a commit that erases texts. Truncates the WAL soon. */
  request(): void {
    this.#schedule(DELAY_MS);
  }

  /** Call this before the connection is closed, which truncates the WAL too. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#db.isOpen && !this.#truncate()) this.#schedule(Math.min(delayMs * 2, MAX_RETRY_MS));
    }, delayMs);
    this.#timer.unref();
  }

  /** Returns whether there is nothing more to do. */
  #truncate(): boolean {
    try {
      this.#guard.checkFiles();
      this.#guard.checkOwner();
    } catch {
      // The server has lost its store: the calls that find out decide what becomes of the WAL.
      return true;
    }
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${WAIT_FOR_READERS_MS}`);
      return this.#db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.busy === 0;
    } catch {
      // For example because the disk is full.
      return false;
    } finally {
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }
}
