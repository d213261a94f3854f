import { coalesced } from "../common/coalesced.ts";
import type { Entry } from "./entry.ts";
import type { LogState, LogStore } from "./ports/logStore.ts";

/** The time from a failed sync to the next one, in milliseconds. */
const RETRY_MS = 250;

/** The log that is kept in sync with the store. */
export interface SyncedLog {
  readonly logId: string;
  /** The id of the newest entry in the timeline. */
  readonly headId: number;
  /** The id of the newest entry in the timeline or the out-of-order buffer. */
  readonly newestId: number;
  /** Adds entries to the timeline. */
  ingest(entries: readonly Entry[]): void;
  /** Reads the state of the store's log, and truncates or restarts this log if that one was truncated or is another. */
  refreshState(): Promise<LogState>;
}

/** The collaborators and settings of a sync. */
export interface LogSyncParts {
  readonly log: SyncedLog;
  readonly store: Pick<LogStore, "read">;
  /** The most entries in one read. */
  readonly pageMessages: number;
  /** How long to wait for missing entries until they are read from the store, in milliseconds. */
  readonly holeTimeoutMs: number;
  /** Called with false when the store stops answering, and with true when it answers again. */
  readonly onStoreAnswers: (does: boolean) => void;
}

/** Decides when a replica reads from the store: on demand, after a lost notification, and again after a failure. */
export class LogSync {
  readonly #parts: LogSyncParts;
  readonly #run = coalesced(() => this.#readToHead());
  #storeAnswers = true;
  #retryTimer: NodeJS.Timeout | undefined;
  #holeTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: LogSyncParts) {
    this.#parts = parts;
  }

  /** Whether the store answered the last sync. */
  get storeAnswers(): boolean {
    return this.#storeAnswers;
  }

  /** Reads the missing entries up to the store's head, as it is at the call or later. Throws `StoreUnavailable`. */
  run(): Promise<void> {
    return this.#run();
  }

  /** Syncs in the background, and retries until the store answers. */
  schedule(): void {
    if (this.#retryTimer !== undefined || this.#isClosed) return;
    this.run().catch(() => {
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined;
        this.schedule();
      }, RETRY_MS).unref();
    });
  }

  /** Schedules a sync if the log lacks the entry `id`, because the notification of it may be lost. */
  noteHead(id: number): void {
    if (id > this.#parts.log.newestId) this.schedule();
  }

  /**
   * Entries have arrived before earlier ones. Schedules a sync, which reads the missing ones from the store, if the
   * bus does not bring them in time.
   */
  holeOpened(): void {
    this.#holeTimer ??= setTimeout(() => {
      this.#holeTimer = undefined;
      if (this.#parts.log.newestId > this.#parts.log.headId) this.schedule();
    }, this.#parts.holeTimeoutMs).unref();
  }

  /** No entry is missing any more. */
  holeClosed(): void {
    clearTimeout(this.#holeTimer);
    this.#holeTimer = undefined;
  }

  /** Stops all timers. From now on no sync is scheduled. */
  close(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#holeTimer);
    this.#isClosed = true;
  }

  async #readToHead(): Promise<void> {
    try {
      await this.#readTo(await this.#parts.log.refreshState());
      this.#setStoreAnswers(true);
    } catch (error) {
      this.#setStoreAnswers(false);
      throw error;
    }
  }

  async #readTo({ logId, headId }: LogState): Promise<void> {
    const { log, store, pageMessages } = this.#parts;
    while (log.headId < headId) {
      const entries = await store.read(log.headId + 1, log.headId + pageMessages);
      if (logId !== log.logId) return;
      // The bus may have brought some of them during the read.
      const missing = entries.filter((entry) => entry.id > log.headId);
      if (missing[0]?.id === log.headId + 1) log.ingest(missing);
      else if (entries.length === 0 || missing.length > 0) return;
    }
  }

  #setStoreAnswers(does: boolean): void {
    if (does === this.#storeAnswers || this.#isClosed) return;
    this.#storeAnswers = does;
    this.#parts.onStoreAnswers(does);
  }
}
