import type { Sizes } from "../common/limits.ts";
import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import { Convoy, evictionCandidate, wouldEvictNeeded } from "./convoy.ts";
import { LogCounters } from "./counters.ts";
import { type EncodedChange, encodeEntry } from "./encodeEntry.ts";
import type { Entry } from "./entry.ts";
import type { LogEncoder } from "./events.ts";
import { Page, PageCache } from "./pageCache.ts";
import { PageReadQueue } from "./pageReadQueue.ts";
import type { LogStore } from "./ports/logStore.ts";

/**
 * The most messages whose changes are kept while a page is read. If more are changed, the page is read again: a read
 * takes a few milliseconds.
 */
const MAX_CHANGED = 1_000;

/** A read of a page in flight. */
interface ReadInFlight {
  readonly lastId: number;
  /** The newest change of each message that may be in the page, since the read began; by the id of the message. */
  readonly changes: Map<number, EncodedChange>;
}

/**
 * The pages of the log that readers behind the timeline share: aligned by id, the same for every account, encoded once,
 * the last few cached.
 *
 * Hundreds of readers that resume at once drift apart. If they drift so far apart that the cache cannot hold the pages
 * of all, each page is read from the store many times. So the lowest page is read first, and the readers in front of a
 * convoy wait a little rather than evict pages that the readers behind them need.
 */
export class Pages {
  readonly #store: Pick<LogStore, "read">;
  readonly #encoder: LogEncoder;
  readonly #sizes: Pick<Sizes, "pageMessages" | "pageCacheBytes" | "responseBytes">;
  readonly #stopwatch: Stopwatch;
  readonly #counters: LogCounters;
  readonly #convoy: Convoy;
  readonly #cache: PageCache;
  readonly #queue: PageReadQueue;
  readonly #inFlight = new Set<ReadInFlight>();
  #reads = 0;
  /** Grows with each `clear`: a page whose read began before the last one is not cached. */
  #generation = 0;
  /** The edits of messages before this id are erased. */
  #oldestId: number;

  constructor(
    store: Pick<LogStore, "read">,
    encoder: LogEncoder,
    sizes: Pick<Sizes, "pageMessages" | "pageCacheBytes" | "responseBytes">,
    { oldestId = 0, stopwatch = systemStopwatch, counters = new LogCounters() } = {},
  ) {
    this.#store = store;
    this.#encoder = encoder;
    this.#sizes = sizes;
    this.#stopwatch = stopwatch;
    this.#counters = counters;
    this.#oldestId = oldestId;
    const convoy = new Convoy(stopwatch);
    const cache = new PageCache(sizes.pageCacheBytes, (numbers) => evictionCandidate(numbers, convoy.slowestPage()));
    this.#convoy = convoy;
    this.#cache = cache;
    this.#queue = new PageReadQueue({
      read: (number) => this.#read(number),
      shouldWait: (number) => this.#wouldEvictNeeded(number),
      stopwatch,
    });
  }

  /** The number of reads from the store since the start. */
  get reads(): number {
    return this.#reads;
  }

  /** The page with the entry `id`, which a reader needs next, if that page is cached. */
  get(id: number, reader: object): Page | undefined {
    const number = this.#numberOf(id);
    this.#convoy.record(reader, number);
    return this.#cache.get(number, id);
  }

  /** Reads the page with the entry `id`, which a reader needs next, into the cache. Throws `StoreUnavailable`. */
  async fetch(id: number, reader: object): Promise<Page> {
    const number = this.#numberOf(id);
    this.#convoy.record(reader, number);
    return this.#queue.read(number, reader);
  }

  /**
   * Reads the page with the entry `id`, which will be needed soon, into the cache. Does nothing if that would delay a
   * reader, or evict a page that the convoy needs.
   */
  readAhead(id: number): void {
    const number = this.#numberOf(id);
    if (this.#cache.has(number) || this.#queue.has(number)) return;
    if (this.#queue.isBusy || this.#wouldEvictNeeded(number)) return;
    // If this fails, the reader that needs the page reads it again.
    this.#queue.read(number).catch(() => {});
  }

  /** Removes a reader that needs no page any more; a read that only it waits for is cancelled if it has not begun. */
  removeReader(reader: object): void {
    const number = this.#convoy.remove(reader);
    if (number !== undefined) this.#queue.removeReader(number, reader);
  }

  /** The number of readers that go through pages, of cached pages, and of pages that are queued or in flight. */
  get load(): { readonly readers: number; readonly cached: number; readonly loading: number } {
    return { readers: this.#convoy.size, cached: this.#cache.size, loading: this.#queue.size };
  }

  /**
   * Takes the older texts of a message out of the cached pages, and of those in flight when they arrive. A page that is
   * read from now on does not have them.
   */
  apply(change: EncodedChange): void {
    this.#cache.apply(change);
    for (const { lastId, changes } of this.#inFlight) {
      // An edit has a greater id than its message, so a page before the message has no edits of it either.
      if (change.messageId <= lastId && changes.size <= MAX_CHANGED) changes.set(change.messageId, change);
    }
  }

  /**
   * Drops all cached pages, and caches no page in flight: the log was truncated, or is another one. `oldestId`: where
   * the log begins now.
   */
  clear(oldestId: number): void {
    this.#generation += 1;
    this.#oldestId = oldestId;
    this.#cache.clear();
  }

  #wouldEvictNeeded(number: number): boolean {
    return this.#cache.isFull && wouldEvictNeeded(number, this.#cache.numbers, this.#convoy.slowestPage());
  }

  async #read(number: number): Promise<Page> {
    const { pageMessages, responseBytes } = this.#sizes;
    const from = number * pageMessages + 1;
    const to = from + pageMessages - 1;
    const generation = this.#generation;
    for (;;) {
      this.#reads += 1;
      const inFlight: ReadInFlight = { lastId: to, changes: new Map() };
      const began = this.#stopwatch();
      let read: Entry[];
      this.#inFlight.add(inFlight);
      try {
        read = await this.#store.read(from, to);
      } finally {
        this.#inFlight.delete(inFlight);
      }
      // No `await` from here on: the page would miss a change that comes meanwhile.
      this.#counters.pageReadTimes.add(this.#stopwatch() - began);
      if (inFlight.changes.size > MAX_CHANGED) continue;
      const entries = read.map((entry) => encodeEntry(entry, this.#encoder, this.#oldestId));
      const page = new Page(entries, from, this.#encoder, responseBytes);
      for (const change of inFlight.changes.values()) page.apply(change);
      if (generation === this.#generation) this.#cache.set(number, page);
      return page;
    }
  }

  #numberOf(id: number): number {
    return Math.floor((id - 1) / this.#sizes.pageMessages);
  }
}
