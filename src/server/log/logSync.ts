import { coalesced } from "../common/coalesced.ts";
import type { Message } from "./message.ts";
import type { LogState, LogStore } from "./ports/logStore.ts";

/** How long after a failure the store is asked again, in milliseconds. */
const RETRY_MS = 250;

/** The log that is kept in sync with the store. */
export interface SyncedLog {
  readonly logId: string;
  /** The id of the newest message in the timeline. */
  readonly headId: number;
  /** The id of the newest message in the timeline or the out-of-order buffer. */
  readonly newestId: number;
  /** Adds messages to the timeline. */
  ingest(messages: readonly Message[]): void;
  /** Reads the state of the store's log, and follows it if that log was truncated or is another one. */
  refreshState(): Promise<LogState>;
}

/** What a sync is made with. */
export interface LogSyncParts {
  readonly log: SyncedLog;
  readonly store: Pick<LogStore, "read">;
  /** Messages in one read. */
  readonly pageMessages: number;
  /** How long to wait for missing messages before they are read from the store, in milliseconds. */
  readonly holeTimeoutMs: number;
  /** Called when the store stops or starts to answer. */
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

  /** Reads every message that the store has at the time of the call, or later. Throws `StoreUnavailable`. */
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

  /** Schedules a sync if the log lacks the message `id`, because the notification of it may be lost. */
  noteHead(id: number): void {
    if (id > this.#parts.log.newestId) this.schedule();
  }

  /**
   * The log waits for messages before those that it has: they are read from the store if the bus does not bring them in
   * time.
   */
  holeOpened(): void {
    this.#holeTimer ??= setTimeout(() => {
      this.#holeTimer = undefined;
      if (this.#parts.log.newestId > this.#parts.log.headId) this.schedule();
    }, this.#parts.holeTimeoutMs).unref();
  }

  /** The log has all messages up to the newest one. */
  holeClosed(): void {
    clearTimeout(this.#holeTimer);
    this.#holeTimer = undefined;
  }

  /** Stops all timers: nothing is scheduled any more. */
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
      const messages = await store.read(log.headId + 1, log.headId + pageMessages);
      if (logId !== log.logId) return;
      // The bus may have brought some of them during the read.
      const missing = messages.filter((message) => message.id > log.headId);
      if (missing[0]?.id === log.headId + 1) log.ingest(missing);
      else if (messages.length === 0 || missing.length > 0) return;
    }
  }

  #setStoreAnswers(does: boolean): void {
    if (does === this.#storeAnswers || this.#isClosed) return;
    this.#storeAnswers = does;
    this.#parts.onStoreAnswers(does);
  }
}
