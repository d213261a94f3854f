import { DEFAULT_TIMINGS, type Sizes } from "../common/limits.ts";
import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";
import { LogCounters } from "./counters.ts";
import type { LogEncoder } from "./events.ts";
import { LogSync } from "./logSync.ts";
import type { Message } from "./entry.ts";
import { OutOfOrderBuffer } from "./outOfOrderBuffer.ts";
import { Pages } from "./pages.ts";
import type { LogState, LogStore } from "./ports/logStore.ts";
import { type Chunk, type Entry, toEntry } from "./segment.ts";
import { Timeline } from "./timeline.ts";

/** The cursor of a reader, and its account. */
export interface ReadPosition {
  readonly cursor: number;
  readonly accountId: number;
}

/** Receives the events of a log replica. */
export interface LogListener {
  /** Entries were added to the timeline. */
  appended(entries: readonly Entry[]): void;
  /**
   * The log of the store is another one now, and ends at `headId`. Cursors and messages of the old log do not belong
   * to the new one.
   */
  regressed(headId: number): void;
  /** The store has stopped answering (false), or answers again (true). */
  storeAnswers(does: boolean): void;
}

/** Options of a log replica. */
export interface LogOptions {
  /**
   * If a message arrives before an earlier one: how long to wait until the missing ones are read from the store, in
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
  /** The newest messages of the log, the oldest first. */
  readonly messages: readonly Message[];
  /** The id before the oldest of these messages. */
  readonly after: number;
}

/**
 * The log as this node has it: the timeline, the pages before it, and the id at which the store's log begins. Messages
 * enter the timeline in the order of their ids, whichever node appended them. A batch from the bus that follows the
 * head is taken as it is. A batch that comes too early is kept until the messages before it come. Messages that do not
 * come from the bus are read from the store.
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
    this.pages = new Pages(store, encoder, sizes, stopwatch, this.counters);
    this.sync = new LogSync({
      log: this,
      store,
      pageMessages: sizes.pageMessages,
      holeTimeoutMs,
      onStoreAnswers: (does) => this.#listener?.storeAnswers(does),
    });
    this.#appendBatch(newest.messages);
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

  /** The id of the newest message that the timeline has, or had before a truncation; 0: the log never had one. */
  get headId(): number {
    return this.#timeline.lastId;
  }

  /** The id of the newest message in the timeline or the out-of-order buffer. */
  get newestId(): number {
    return Math.max(this.headId, this.#outOfOrder.lastId);
  }

  /** The id of the oldest message kept, or of the next message if none is kept. */
  get oldestId(): number {
    return this.#oldestId;
  }

  /**
   * The messages after a reader's cursor that its account may see, as one response; `undefined` if they are in a page
   * that is not cached: call `loadPage` first. The cursor must lie between `oldestId - 1` and `headId - 1`.
   */
  take(reader: ReadPosition, maxBytes?: number): Chunk | undefined {
    const { cursor, accountId } = reader;
    if (cursor + 1 < this.#timeline.firstId) {
      const page = this.pages.get(cursor + 1, reader);
      if (page !== undefined && page.lastId + 1 < this.#timeline.firstId) this.pages.readAhead(page.lastId + 1);
      return page?.take(cursor, accountId, maxBytes);
    }
    this.pages.removeReader(reader);
    return this.#timeline.take(cursor, accountId, maxBytes);
  }

  /** Reads the page after a reader's cursor into the cache. Throws `StoreUnavailable`. */
  async loadPage(reader: ReadPosition): Promise<void> {
    const id = reader.cursor + 1;
    const page = await this.pages.fetch(id, reader);
    if (page.firstId <= id && id <= page.lastId) return;
    // The message may have been truncated, and the notification of that may be lost.
    await this.refreshState();
    if (id >= this.#oldestId) throw new StoreUnavailable(`the store lacks message ${id}, which it had before`);
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

  /** Takes in a batch of the log, whose ids follow one another. Skips messages that the replica has already. */
  ingest(messages: readonly Message[]): void {
    const first = messages[0];
    const last = messages.at(-1);
    if (first === undefined || last === undefined || last.id <= this.headId) return;
    if (first.id === this.headId + 1) this.#append(messages);
    else if (first.id <= this.headId) this.#append(messages.slice(this.headId + 1 - first.id));
    else if (this.#outOfOrder.add(messages)) this.sync.holeOpened();
    else this.sync.schedule();
  }

  /** Drops the messages before `oldestId`, which the store has truncated. */
  truncateBefore(oldestId: number): void {
    if (oldestId <= this.#oldestId) return;
    this.#oldestId = oldestId;
    this.#timeline.truncateBefore(oldestId);
    this.pages.clear();
  }

  /**
   * Reads the state of the store's log, and truncates or restarts the replica if that log was truncated or is another
   * one. Throws `StoreUnavailable`.
   */
  async refreshState(): Promise<LogState> {
    // The out-of-order buffer counts, because its messages are committed: a store that lacks them has regressed.
    const seen = { logId: this.#logId, headId: this.newestId };
    const state = await this.#store.state(seen);
    // Another call has restarted the replica in the meantime, and its answer may be newer than this one.
    if (seen.logId !== this.#logId) return this.refreshState();
    if (state.logId !== this.#logId) this.#restart(state);
    this.truncateBefore(state.oldestId);
    return state;
  }

  /** Restarts with another log. A sync reads the newest part of that log: as many messages as the timeline had. */
  #restart({ logId, headId, oldestId }: LogState): void {
    const count = this.#timeline.lastId - this.#timeline.firstId + 1;
    this.#logId = logId;
    this.#oldestId = oldestId;
    this.#timeline = new Timeline(this.#encoder, this.#sizes, Math.max(headId - count, oldestId - 1));
    this.pages.clear();
    this.#outOfOrder.clear();
    this.#listener?.regressed(headId);
    this.sync.schedule();
  }

  #append(messages: readonly Message[]): void {
    this.#appendBatch(messages);
    if (this.#outOfOrder.isEmpty) return;
    let next = this.#outOfOrder.takeNext(this.headId);
    while (next !== undefined) {
      this.#appendBatch(next);
      next = this.#outOfOrder.takeNext(this.headId);
    }
    if (this.#outOfOrder.isEmpty) this.sync.holeClosed();
  }

  #appendBatch(messages: readonly Message[]): void {
    const entries = messages.map((message) => {
      const entry = toEntry(message, this.#encoder);
      this.#timeline.append(entry);
      return entry;
    });
    this.#listener?.appended(entries);
  }
}

/** Reads the newest messages of a log, about as many as fit into the timeline. */
async function readNewestPart(store: LogStore, sizes: Sizes): Promise<NewestPart> {
  const { logId, headId, oldestId: begin } = await store.state();
  const parts: Message[][] = [];
  let oldestId = begin;
  let after = headId;
  for (let bytes = 0; after >= oldestId && bytes < sizes.timelineBytes; ) {
    const from = Math.max(oldestId, after - sizes.pageMessages + 1);
    const part = await store.read(from, after);
    for (const message of part) bytes += Buffer.byteLength(message.text) + 100;
    parts.push(part);
    // Another node may be truncating the log: then the part begins later, and the log has nothing before the part.
    if (part[0]?.id !== from) oldestId = part[0]?.id ?? after + 1;
    after = Math.max(from, oldestId) - 1;
  }
  return { logId, oldestId, messages: parts.reverse().flat(), after };
}
