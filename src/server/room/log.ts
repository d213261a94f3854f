import type { Encoder } from "./events.ts";
import type { Sizes } from "./limits.ts";
import type { Message } from "./message.ts";
import { Pages } from "./pages.ts";
import { StoreUnavailable } from "./ports/engines.ts";
import type { LogStore } from "./ports/log.ts";
import { RETRY_SOON } from "./reasons.ts";
import { type Batch, type Entry, toEntry } from "./stretch.ts";
import { Timeline } from "./timeline.ts";

/** Somebody who reads the log, from a cursor on. */
export interface Reading {
  readonly cursor: number;
  readonly accountId: number;
}

/** Told of what has come into the timeline. */
export type GrownListener = (entries: readonly Entry[]) => void;

/**
 * The log as this node has it: the timeline, the pages behind it, and where the store's log begins. It takes messages in from the
 * log in the order of their ids, whoever appended them: a batch that fits right behind the head as it is, all else from the store.
 */
export class Log {
  readonly logId: string;
  readonly timeline: Timeline;
  readonly pages: Pages;
  readonly #store: LogStore;
  readonly #encoder: Encoder;
  readonly #pageSize: number;
  readonly #grown: GrownListener;
  #oldestId: number;
  #catchingUp: Promise<void> | undefined;
  /** Somebody wants what the store has now, and not when the read under way began. */
  #mustReadOn = false;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(
    store: LogStore,
    encoder: Encoder,
    sizes: Sizes,
    start: { logId: string; oldestId: number; timelineAfter: number },
    grown: GrownListener,
  ) {
    this.#store = store;
    this.#encoder = encoder;
    this.#pageSize = sizes.page;
    this.#grown = grown;
    this.logId = start.logId;
    this.#oldestId = start.oldestId;
    this.timeline = new Timeline(encoder, sizes, start.timelineAfter);
    this.pages = new Pages(store, encoder, sizes);
  }

  /** Opens a log and fills the timeline with its newest part. Throws `StoreUnavailable`. */
  static async open(store: LogStore, encoder: Encoder, sizes: Sizes, grown: GrownListener): Promise<Log> {
    const { logId, headId, oldestId } = await store.state();
    const chunks: Message[][] = [];
    let after = headId;
    for (let bytes = 0; after >= oldestId && bytes < sizes.timeline; ) {
      const from = Math.max(oldestId, after - sizes.page + 1);
      const chunk = await store.read(from, after);
      for (const message of chunk) bytes += Buffer.byteLength(message.text) + 100;
      chunks.push(chunk);
      after = from - 1;
    }
    const log = new Log(store, encoder, sizes, { logId, oldestId, timelineAfter: after }, grown);
    for (const chunk of chunks.reverse()) log.#append(chunk);
    return log;
  }

  /** The id of the newest message taken in; 0: there never was one. */
  get headId(): number {
    return this.timeline.lastId;
  }

  /** The id of the oldest message kept, or of the next one where there is none. */
  get oldestId(): number {
    return this.#oldestId;
  }

  /**
   * What a reader may see after its cursor, as one response; `undefined` where that is behind the timeline and its page is not at
   * hand: `fetch` it. The cursor must lie from `oldestId - 1` to `headId - 1`.
   */
  take(reader: Reading, maxBytes?: number): Batch | undefined {
    const { cursor, accountId } = reader;
    if (cursor + 1 < this.timeline.firstId) {
      const page = this.pages.kept(cursor + 1, reader);
      if (page !== undefined && page.lastId + 1 < this.timeline.firstId) this.pages.readAhead(page.lastId + 1);
      return page?.take(cursor, accountId, maxBytes);
    }
    this.pages.leave(reader);
    return this.timeline.take(cursor, accountId, maxBytes);
  }

  /** Brings the page behind a reader's cursor to hand. Throws `StoreUnavailable`. */
  async fetch(reader: Reading): Promise<void> {
    const id = reader.cursor + 1;
    const page = await this.pages.fetch(id, reader);
    if (page.firstId <= id && id <= page.lastId) return;
    // It may have been forgotten, and the hint of that been lost.
    this.forgotten((await this.#store.state()).oldestId);
    if (id >= this.#oldestId) throw new StoreUnavailable(`the store lacks message ${id}, which it has had`);
  }

  /** The id of the oldest of the last `count` messages that an account may see; of fewer where there are fewer; 0 for none. */
  async recent(accountId: number, count: number): Promise<number> {
    return this.timeline.recent(accountId, count) ?? (await this.#store.recent(accountId, count));
  }

  /** Takes in a batch that a node has appended. */
  takeIn(messages: readonly Message[]): void {
    const first = messages[0];
    const last = messages.at(-1);
    if (first === undefined || last === undefined || last.id <= this.headId) return;
    if (first.id === this.headId + 1) this.#grow(messages);
    else this.lookAgain();
  }

  /** Takes in from the store whatever it has beyond the head. Throws `StoreUnavailable`. */
  async catchUp(): Promise<void> {
    this.#mustReadOn = true;
    this.#catchingUp ??= this.#readToHead().finally(() => {
      this.#catchingUp = undefined;
    });
    await this.#catchingUp;
  }

  /** Somebody knows of a message: where it has not been taken in, no hint of it has come. */
  learn(id: number): void {
    if (id > this.headId) this.lookAgain();
  }

  /** Catches up by itself, and where the store is away tries again until it is back. */
  lookAgain(): void {
    if (this.#retry !== undefined || this.#isClosed) return;
    this.catchUp().catch(() => {
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.lookAgain();
      }, RETRY_SOON).unref();
    });
  }

  /** Tries no more. */
  close(): void {
    clearTimeout(this.#retry);
    this.#isClosed = true;
  }

  /** Resolves when no catching up is under way, with or without success. */
  async settled(): Promise<void> {
    await this.#catchingUp?.catch(() => {});
  }

  /** The store has forgotten what came before `oldestId`. */
  forgotten(oldestId: number): void {
    if (oldestId <= this.#oldestId) return;
    this.#oldestId = oldestId;
    this.timeline.forgetBefore(oldestId);
    this.pages.clear();
  }

  async #readToHead(): Promise<void> {
    while (this.#mustReadOn) {
      this.#mustReadOn = false;
      const { headId, oldestId } = await this.#store.state();
      this.forgotten(oldestId);
      while (this.headId < headId) {
        const messages = await this.#store.read(this.headId + 1, this.headId + this.#pageSize);
        // What came by the bus meanwhile is in the timeline already.
        const fresh = messages.filter((message) => message.id > this.headId);
        if (fresh[0]?.id === this.headId + 1) this.#grow(fresh);
        else if (messages.length === 0 || fresh.length > 0) break;
      }
    }
  }

  #grow(messages: readonly Message[]): void {
    this.#grown(this.#append(messages));
  }

  #append(messages: readonly Message[]): Entry[] {
    return messages.map((message) => {
      const entry = toEntry(message, this.#encoder);
      this.timeline.append(entry);
      return entry;
    });
  }
}
