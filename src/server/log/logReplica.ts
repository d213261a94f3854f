import { DEFAULT_TIMINGS, type Sizes } from "../common/limits.ts";
import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";
import { LogCounters } from "./counters.ts";
import { encodeChange, encodeEntry } from "./encodeEntry.ts";
import { type Entry, textOf } from "./entry.ts";
import type { LogEncoder } from "./events.ts";
import { LogSync } from "./logSync.ts";
import { OutOfOrderBuffer } from "./outOfOrderBuffer.ts";
import { Pages } from "./pages.ts";
import type { LogState, LogStore } from "./ports/logStore.ts";
import type { Chunk, EncodedEntry, ReadPosition } from "./segment.ts";
import { Timeline } from "./timeline.ts";

/** Receives the events of a log replica. */
export interface LogListener {
  /** Entries were added to the timeline. The messages that they change have been changed. */
  appended(entries: readonly EncodedEntry[]): void;
  /**
   * The log of the store is another one now, and ends at `headId`. Cursors and entries of the old log do not belong
   * to the new one.
   */
  regressed(headId: number): void;
  /** The store has stopped answering (false), or answers again (true). */
  storeAnswers(does: boolean): void;
}

/** Options of a log replica. */
export interface LogOptions {
  /**
   * If an entry arrives before an earlier one: how long to wait until the missing ones are read from the store, in
   * milliseconds. Default: that of `DEFAULT_TIMINGS`.
   */
  readonly holeTimeoutMs?: number;
  /** Default: the system's. */
  readonly stopwatch?: Stopwatch;
}

/** The part of the log that a replica is opened with. */
interface NewestPart {
  readonly logId: string;
  readonly oldestId: number;
  /** The newest entries of the log, the oldest first. */
  readonly entries: readonly Entry[];
  /** The id before the oldest of these entries. */
  readonly after: number;
}

/**
 * The log as this node has it: the timeline, the pages before it, and the id at which the store's log begins. Entries
 * enter the timeline in the order of their ids, whichever node appended them. A batch from the bus that follows the
 * head is taken as it is. A batch that comes too early is kept until the entries before it come. Entries that do not
 * come from the bus are read from the store.
 *
 * An edit or a deletion that enters the timeline also changes its message there and in the pages. So every chunk has
 * each message as it was at the head of the timeline, or later: no text that was replaced or deleted before that.
 *
 * If the store's log has another `logId` than before, the log has regressed, and the replica restarts with the new log.
 */
export class LogReplica {
  readonly pages: Pages;
  readonly sync: LogSync;
  readonly counters = new LogCounters();
  readonly #store: LogStore;
  readonly #encoder: LogEncoder;
  readonly #sizes: Sizes;
  readonly #outOfOrder = new OutOfOrderBuffer();
  #listener: LogListener | undefined;
  #logId: string;
  #timeline: Timeline;
  #oldestId: number;

  private constructor(
    store: LogStore,
    encoder: LogEncoder,
    sizes: Sizes,
    { holeTimeoutMs, stopwatch }: Required<LogOptions>,
    newest: NewestPart,
  ) {
    this.#store = store;
    this.#encoder = encoder;
    this.#sizes = sizes;
    this.#logId = newest.logId;
    this.#oldestId = newest.oldestId;
    this.#timeline = new Timeline(encoder, sizes, newest.after);
    this.pages = new Pages(store, encoder, sizes, { oldestId: newest.oldestId, stopwatch, counters: this.counters });
    this.sync = new LogSync({
      log: this,
      store,
      pageMessages: sizes.pageMessages,
      holeTimeoutMs,
      onStoreAnswers: (does) => this.#listener?.storeAnswers(does),
    });
    this.#appendBatch(newest.entries);
  }

  /** Opens a replica, and fills its timeline with the newest part of the log. Throws `StoreUnavailable`. */
  static async open(store: LogStore, encoder: LogEncoder, sizes: Sizes, options: LogOptions = {}): Promise<LogReplica> {
    const { holeTimeoutMs = DEFAULT_TIMINGS.holeTimeoutMs, stopwatch = systemStopwatch } = options;
    return new LogReplica(store, encoder, sizes, { holeTimeoutMs, stopwatch }, await readNewestPart(store, sizes));
  }

  listen(listener: LogListener): void {
    this.#listener = listener;
  }

  /** The id of the log; it changes when the log regresses. */
  get logId(): string {
    return this.#logId;
  }

  /** The newest part of the log. */
  get timeline(): Timeline {
    return this.#timeline;
  }

  /** The id of the newest entry that the timeline has, or had before a truncation; 0: the log never had one. */
  get headId(): number {
    return this.#timeline.lastId;
  }

  /** The id of the newest entry in the timeline or the out-of-order buffer. */
  get newestId(): number {
    return Math.max(this.headId, this.#outOfOrder.lastId);
  }

  /** The id of the oldest entry kept, or of the next entry if none is kept. */
  get oldestId(): number {
    return this.#oldestId;
  }

  /**
   * The entries after a reader's cursor that it gets, as one response; `undefined` if they are in a page that is not
   * cached: call `loadPage` first. The cursor must lie between `oldestId - 1` and `headId - 1`.
   */
  take(reader: ReadPosition, maxBytes?: number): Chunk | undefined {
    const next = reader.cursor + 1;
    if (next < this.#timeline.firstId) {
      const page = this.pages.get(next, reader);
      if (page !== undefined && page.lastId + 1 < this.#timeline.firstId) this.pages.readAhead(page.lastId + 1);
      return page?.take(reader, maxBytes);
    }
    this.pages.removeReader(reader);
    return this.#timeline.take(reader, maxBytes);
  }

  /** Reads the page after a reader's cursor into the cache. Throws `StoreUnavailable`. */
  async loadPage(reader: ReadPosition): Promise<void> {
    const id = reader.cursor + 1;
    const page = await this.pages.fetch(id, reader);
    if (page.firstId <= id && id <= page.lastId) return;
    // The entry may have been truncated, and the notification of that may be lost.
    await this.refreshState();
    if (id >= this.#oldestId) throw new StoreUnavailable(`the store lacks entry ${id}, which it had before`);
  }

  /**
   * The entry with an id, as it is now: who may see it, and whether it is a message. `undefined` if it is not in the
   * timeline, so that only the store has it, if the log has it at all.
   */
  newest(id: number): EncodedEntry | undefined {
    const { firstId, lastId } = this.#timeline;
    return id >= firstId && id <= lastId ? this.#timeline.entry(id) : undefined;
  }

  /** Removes a reader whose stream has ended. Cancels a read that has not begun if no other reader waits for it. */
  release(reader: ReadPosition): void {
    this.pages.removeReader(reader);
  }

  /**
   * The id of the oldest among the newest `count` messages that an account may see: see `LogStore.recent`. Throws
   * `StoreUnavailable`.
   */
  async recent(accountId: number, count: number): Promise<number> {
    return this.#timeline.recent(accountId, count) ?? (await this.#store.recent(accountId, count));
  }

  /** Takes in a batch of the log, whose ids follow one another. Skips entries that the replica has already. */
  ingest(entries: readonly Entry[]): void {
    const first = entries[0];
    const last = entries.at(-1);
    if (first === undefined || last === undefined || last.id <= this.headId) return;
    if (first.id === this.headId + 1) this.#append(entries);
    else if (first.id <= this.headId) this.#append(entries.slice(this.headId + 1 - first.id));
    else if (this.#outOfOrder.add(entries)) this.sync.holeOpened();
    else this.sync.schedule();
  }

  /** Drops the entries before `oldestId`, which the store has truncated. */
  truncateBefore(oldestId: number): void {
    if (oldestId <= this.#oldestId) return;
    this.#oldestId = oldestId;
    this.#timeline.truncateBefore(oldestId);
    this.pages.clear(oldestId);
  }

  /**
   * Reads the state of the store's log, and truncates or restarts the replica if that log was truncated or is another
   * one. Throws `StoreUnavailable`.
   */
  async refreshState(): Promise<LogState> {
    // The out-of-order buffer counts, because its entries are committed: a store that lacks them has regressed.
    const seen = { logId: this.#logId, headId: this.newestId };
    const state = await this.#store.state(seen);
    // Another call has restarted the replica in the meantime, and its answer may be newer than this one.
    if (seen.logId !== this.#logId) return this.refreshState();
    if (state.logId !== this.#logId) this.#restart(state);
    this.truncateBefore(state.oldestId);
    return state;
  }

  /** Restarts with another log. A sync reads the newest part of that log: as many entries as the timeline had. */
  #restart({ logId, headId, oldestId }: LogState): void {
    const count = this.#timeline.lastId - this.#timeline.firstId + 1;
    this.#logId = logId;
    this.#oldestId = oldestId;
    this.#timeline = new Timeline(this.#encoder, this.#sizes, Math.max(headId - count, oldestId - 1));
    this.pages.clear(oldestId);
    this.#outOfOrder.clear();
    this.#listener?.regressed(headId);
    this.sync.schedule();
  }

  #append(entries: readonly Entry[]): void {
    this.#appendBatch(entries);
    if (this.#outOfOrder.isEmpty) return;
    let next = this.#outOfOrder.takeNext(this.headId);
    while (next !== undefined) {
      this.#appendBatch(next);
      next = this.#outOfOrder.takeNext(this.headId);
    }
    if (this.#outOfOrder.isEmpty) this.sync.holeClosed();
  }

  #appendBatch(entries: readonly Entry[]): void {
    const encoded = entries.map((entry) => {
      if (entry.kind === "edited" || entry.kind === "deleted") {
        const change = encodeChange(entry, this.#encoder);
        this.#timeline.apply(change);
        this.pages.apply(change);
      }
      const encodedEntry = encodeEntry(entry, this.#encoder, this.#oldestId);
      this.#timeline.append(encodedEntry);
      return encodedEntry;
    });
    this.#listener?.appended(encoded);
  }
}

/** Reads the newest entries of a log, about as many as fit into the timeline. */
async function readNewestPart(store: LogStore, sizes: Sizes): Promise<NewestPart> {
  const { logId, headId, oldestId: begin } = await store.state();
  const parts: Entry[][] = [];
  let oldestId = begin;
  let after = headId;
  for (let bytes = 0; after >= oldestId && bytes < sizes.timelineBytes; ) {
    const from = Math.max(oldestId, after - sizes.pageMessages + 1);
    const part = await store.read(from, after);
    for (const entry of part) bytes += Buffer.byteLength(textOf(entry)) + 100;
    parts.push(part);
    // Another node may be truncating the log: then the part begins later, and the log has nothing before the part.
    if (part[0]?.id !== from) oldestId = part[0]?.id ?? after + 1;
    after = Math.max(from, oldestId) - 1;
  }
  return { logId, oldestId, entries: parts.reverse().flat(), after };
}
