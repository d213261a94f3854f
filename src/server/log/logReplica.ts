import { DEFAULT_TIMINGS, type Sizes } from "../common/limits.ts";
import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";
import type { LogEncoder } from "./events.ts";
import type { Message } from "./message.ts";
import { OutOfOrderBuffer } from "./outOfOrderBuffer.ts";
import { PageCache } from "./pageCache.ts";
import type { LogState, LogStore } from "./ports/logStore.ts";
import { type Batch, type Entry, toEntry } from "./segment.ts";
import { Timeline } from "./timeline.ts";

/** Somebody who reads the log, from a cursor on. */
export interface ReadPosition {
  readonly cursor: number;
  readonly accountId: number;
}

/** What is told of what happens to a log. */
export interface LogListener {
  /** These have come into the timeline. */
  appended(entries: readonly Entry[]): void;
  /** The store's log is another one from now on, which ends at `headId`: whatever was read, or is being read, is not of this one. */
  regressed(headId: number): void;
  /** The store has not answered, or answers again. */
  storeAnswers(does: boolean): void;
}

/** What a log may be opened with. */
export interface LogOptions {
  /** How long messages that came too early wait for those before them, in milliseconds. Default: that of `TIMINGS`. */
  readonly holeTimeoutMs?: number;
  /** Default: the system's. */
  readonly stopwatch?: Stopwatch;
}

/** How long after the store did not answer it is asked again, in milliseconds. */
const RETRY_MS = 250;

/**
 * The log as this node has it: the timeline, the pages behind it, and where the store's log begins. It takes messages in from the
 * log in the order of their ids, whoever appended them: a batch that fits right behind the head as it is, all else from the store.
 *
 * Where the store's log has another `logId` than before it has gone back, and all of this begins anew.
 */
export class LogReplica {
  readonly pages: PageCache;
  readonly #store: LogStore;
  readonly #encoder: LogEncoder;
  readonly #sizes: Sizes;
  readonly #holeTimeoutMs: number;
  readonly #outOfOrder = new OutOfOrderBuffer();
  #listener: LogListener | undefined;
  #logId: string;
  #timeline: Timeline;
  #oldestId: number;
  #syncInFlight: Promise<void> | undefined;
  /** The one behind it, which somebody waits for. */
  #queuedSync: Promise<void> | undefined;
  #storeAnswers = true;
  #retryTimer: NodeJS.Timeout | undefined;
  #holeTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(
    store: LogStore,
    encoder: LogEncoder,
    sizes: Sizes,
    { holeTimeoutMs: hole, stopwatch }: Required<LogOptions>,
    start: { logId: string; oldestId: number; timelineAfter: number },
  ) {
    this.#store = store;
    this.#encoder = encoder;
    this.#sizes = sizes;
    this.#holeTimeoutMs = hole;
    this.#logId = start.logId;
    this.#oldestId = start.oldestId;
    this.#timeline = new Timeline(encoder, sizes, start.timelineAfter);
    this.pages = new PageCache(store, encoder, sizes, stopwatch);
  }

  /** Opens a log and fills the timeline with its newest part. Throws `StoreUnavailable`. */
  static async open(store: LogStore, encoder: LogEncoder, sizes: Sizes, options: LogOptions = {}): Promise<LogReplica> {
    const { holeTimeoutMs: hole = DEFAULT_TIMINGS.holeTimeoutMs, stopwatch = systemStopwatch } = options;
    const { logId, headId, oldestId: begin } = await store.state();
    const chunks: Message[][] = [];
    let oldestId = begin;
    let after = headId;
    for (let bytes = 0; after >= oldestId && bytes < sizes.timelineBytes; ) {
      const from = Math.max(oldestId, after - sizes.pageMessages + 1);
      const chunk = await store.read(from, after);
      for (const message of chunk) bytes += Buffer.byteLength(message.text) + 100;
      chunks.push(chunk);
      // Another node may be forgetting meanwhile: what there is goes up to `after`, and may begin later.
      if (chunk[0]?.id !== from) oldestId = chunk[0]?.id ?? after + 1;
      after = Math.max(from, oldestId) - 1;
    }
    const log = new LogReplica(
      store,
      encoder,
      sizes,
      { holeTimeoutMs: hole, stopwatch },
      { logId, oldestId, timelineAfter: after },
    );
    for (const chunk of chunks.reverse()) log.#appendBatch(chunk);
    return log;
  }

  /** From now on `listener` is told. */
  listen(listener: LogListener): void {
    this.#listener = listener;
  }

  /** Which log it is; another one when it has gone back. */
  get logId(): string {
    return this.#logId;
  }

  /** Its newest part. */
  get timeline(): Timeline {
    return this.#timeline;
  }

  /** The id of the newest message taken in; 0: there never was one. */
  get headId(): number {
    return this.#timeline.lastId;
  }

  /** The id of the oldest message kept, or of the next one where there is none. */
  get oldestId(): number {
    return this.#oldestId;
  }

  /** Whether the store has answered when it was looked at last. */
  get storeAnswers(): boolean {
    return this.#storeAnswers;
  }

  /**
   * What a reader may see after its cursor, as one response; `undefined` where that is behind the timeline and its page is not at
   * hand: `fetch` it. The cursor must lie from `oldestId - 1` to `headId - 1`.
   */
  take(reader: ReadPosition, maxBytes?: number): Batch | undefined {
    const { cursor, accountId } = reader;
    if (cursor + 1 < this.#timeline.firstId) {
      const page = this.pages.get(cursor + 1, reader);
      if (page !== undefined && page.lastId + 1 < this.#timeline.firstId) this.pages.readAhead(page.lastId + 1);
      return page?.take(cursor, accountId, maxBytes);
    }
    this.pages.removeReader(reader);
    return this.#timeline.take(cursor, accountId, maxBytes);
  }

  /** Brings the page behind a reader's cursor to hand. Throws `StoreUnavailable`. */
  async loadPage(reader: ReadPosition): Promise<void> {
    const id = reader.cursor + 1;
    const page = await this.pages.fetchPage(id, reader);
    if (page.firstId <= id && id <= page.lastId) return;
    // It may have been forgotten, and the hint of that been lost.
    await this.#readState();
    if (id >= this.#oldestId) throw new StoreUnavailable(`the store lacks message ${id}, which it has had`);
  }

  /** A reader's stream has ended: nothing of it is kept, or read for it. */
  release(reader: ReadPosition): void {
    this.pages.removeReader(reader);
  }

  /** The id of the oldest of the last `count` messages that an account may see; of fewer where there are fewer; 0 for none. */
  async recent(accountId: number, count: number): Promise<number> {
    return this.#timeline.recent(accountId, count) ?? (await this.#store.recent(accountId, count));
  }

  /** Takes in a batch that a node has appended, whose ids follow one another. */
  ingest(messages: readonly Message[]): void {
    const first = messages[0];
    const last = messages.at(-1);
    if (first === undefined || last === undefined || last.id <= this.headId) return;
    if (first.id === this.headId + 1) this.#append(messages);
    else if (first.id <= this.headId) this.#append(messages.slice(this.headId + 1 - first.id));
    else this.#buffer(messages);
  }

  /** Takes in from the store whatever it has beyond the head, as it is now or later. Throws `StoreUnavailable`. */
  async sync(): Promise<void> {
    // The read that is under way may have begun before what the caller wants was there. One more is enough for all who come meanwhile.
    if (this.#syncInFlight !== undefined) {
      this.#queuedSync ??= this.#syncInFlight.catch(() => {}).then(() => this.#beginSync());
    }
    await (this.#queuedSync ?? this.#beginSync());
  }

  /** Somebody knows of a message: where it has not been taken in, and is not about to be, no hint of it has come. */
  noteHead(id: number): void {
    if (id > this.headId && id > this.#outOfOrder.lastId) this.scheduleSync();
  }

  /** Catches up by itself, and where the store is away tries again until it is back. */
  scheduleSync(): void {
    if (this.#retryTimer !== undefined || this.#isClosed) return;
    this.sync().catch(() => {
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined;
        this.scheduleSync();
      }, RETRY_MS).unref();
    });
  }

  /** Tries no more. */
  close(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#holeTimer);
    this.#isClosed = true;
  }

  /** The store has forgotten what came before `oldestId`. */
  truncateBefore(oldestId: number): void {
    if (oldestId <= this.#oldestId) return;
    this.#oldestId = oldestId;
    this.#timeline.truncateBefore(oldestId);
    this.pages.clear();
  }

  #beginSync(): Promise<void> {
    this.#queuedSync = undefined;
    this.#syncInFlight = this.#readToHead().finally(() => {
      this.#syncInFlight = undefined;
    });
    return this.#syncInFlight;
  }

  async #readToHead(): Promise<void> {
    try {
      await this.#readTo(await this.#readState());
      this.#setStoreAnswers(true);
    } catch (error) {
      this.#setStoreAnswers(false);
      throw error;
    }
  }

  async #readTo({ logId, headId }: LogState): Promise<void> {
    while (this.headId < headId) {
      const messages = await this.#store.read(this.headId + 1, this.headId + this.#sizes.pageMessages);
      if (logId !== this.#logId) return;
      // What came by the bus meanwhile is in the timeline already.
      const fresh = messages.filter((message) => message.id > this.headId);
      if (fresh[0]?.id === this.headId + 1) this.#append(fresh);
      else if (messages.length === 0 || fresh.length > 0) return;
    }
  }

  /** Where the store's log begins and ends; where it has gone back, this one has begun anew. */
  async #readState(): Promise<LogState> {
    // A batch that waits for those before it has been committed too: a store that lacks it has gone back.
    const seen = { logId: this.#logId, headId: Math.max(this.headId, this.#outOfOrder.lastId) };
    const state = await this.#store.state(seen);
    // Somebody else has found out meanwhile, and this answer may be older than theirs.
    if (seen.logId !== this.#logId) return this.#readState();
    if (state.logId !== this.#logId) this.#restart(state);
    this.truncateBefore(state.oldestId);
    return state;
  }

  /** Begins anew with the newest part of another log: as much as there was of the one before, as nearly all of it is the same. */
  #restart({ logId, headId, oldestId }: LogState): void {
    const count = this.#timeline.lastId - this.#timeline.firstId + 1;
    this.#logId = logId;
    this.#oldestId = oldestId;
    this.#timeline = new Timeline(this.#encoder, this.#sizes, Math.max(headId - count, oldestId - 1));
    this.pages.clear();
    this.#outOfOrder.clear();
    this.#listener?.regressed(headId);
    this.scheduleSync();
  }

  /** Keeps a batch that came too early: most often the bus brings what lies before it a moment later. */
  #buffer(messages: readonly Message[]): void {
    if (this.#outOfOrder.add(messages))
      this.#holeTimer ??= setTimeout(() => this.#holeTimedOut(), this.#holeTimeoutMs).unref();
    else this.scheduleSync();
  }

  #holeTimedOut(): void {
    this.#holeTimer = undefined;
    if (!this.#outOfOrder.isEmpty) this.scheduleSync();
  }

  #append(messages: readonly Message[]): void {
    this.#appendBatch(messages);
    if (this.#outOfOrder.isEmpty) return;
    for (
      let next = this.#outOfOrder.takeNext(this.headId);
      next !== undefined;
      next = this.#outOfOrder.takeNext(this.headId)
    ) {
      this.#appendBatch(next);
    }
    if (!this.#outOfOrder.isEmpty) return;
    clearTimeout(this.#holeTimer);
    this.#holeTimer = undefined;
  }

  #appendBatch(messages: readonly Message[]): void {
    const entries = messages.map((message) => {
      const entry = toEntry(message, this.#encoder);
      this.#timeline.append(entry);
      return entry;
    });
    this.#listener?.appended(entries);
  }

  #setStoreAnswers(does: boolean): void {
    if (does === this.#storeAnswers || this.#isClosed) return;
    this.#storeAnswers = does;
    this.#listener?.storeAnswers(does);
  }
}
