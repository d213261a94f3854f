import { Histogram, STORE_TIMES } from "../common/histogram.ts";
import type { Sizes } from "../common/limits.ts";
import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";
import { Convoy } from "./convoy.ts";
import type { LogEncoder } from "./events.ts";
import type { LogStore } from "./ports/logStore.ts";
import { ENTRY_OVERHEAD, type Entry, Segment, toEntry } from "./segment.ts";

/** Readers go through a page from its beginning, but on their first one. */
const MAX_SHARED = 16;

/** A part of the log that was read from the store, for readers behind the timeline. */
export class Page extends Segment {
  readonly firstId: number;
  readonly lastId: number;
  /** What it takes, in bytes. */
  readonly bytes: number;
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[], start: number, encoder: LogEncoder, maxBytes: number) {
    super(encoder, maxBytes, MAX_SHARED);
    this.#entries = entries;
    this.firstId = entries[0]?.id ?? start;
    this.lastId = this.firstId + entries.length - 1;
    // Twice, for the responses that are made of it and remembered.
    this.bytes = entries.reduce((sum, entry) => sum + 2 * entry.bytes.length + ENTRY_OVERHEAD, 0);
  }

  protected entry(id: number): Entry {
    return this.#entries[id - this.firstId] as Entry;
  }
}

/** Reads under way at once: the store's thread does one after the other, and the next one is then at hand. */
const MAX_READS = 2;
/** How long a page waits for those before it, in milliseconds: nobody is held back for longer by others who are slow. */
const MAX_WAIT_MS = 250;
/** How often those who are held back are looked after, in milliseconds. */
const RETRY_INTERVAL_MS = 10;

/** A page that is wanted and not read yet. */
interface Wanted {
  readonly since: number;
  /** Who waits for it; undefined: it is read ahead. */
  readonly readers: Set<object> | undefined;
  readonly read: () => void;
  readonly drop: () => void;
}

/**
 * The pages of the log that readers behind the timeline share: aligned by id, the same for every account, encoded once, at most
 * one read under way for each, the last few kept.
 *
 * Hundreds who resume at once drift apart, and where that is by more than the cache, each comes to read the log alone. So the
 * lowest page that is wanted is read first, and while there is a crowd the ones in front wait a little, rather than push out of the
 * cache what those behind them are coming to.
 */
export class PageCache {
  readonly #log: LogStore;
  readonly #encoder: LogEncoder;
  readonly #sizes: Pick<Sizes, "pageMessages" | "pageCacheBytes" | "responseBytes">;
  readonly #stopwatch: Stopwatch;
  /** In the order of use, the longest unused first. */
  readonly #pages = new Map<number, Page>();
  readonly #loading = new Map<number, Promise<Page>>();
  readonly #wanted = new Map<number, Wanted>();
  #bytes = 0;
  #readsInFlight = 0;
  readonly #convoy: Convoy;
  #retryTimer: NodeJS.Timeout | undefined;
  #reads = 0;
  /** How often all was dropped: what was read before is not kept behind it. */
  #generation = 0;
  /** The pages that have come, by how many milliseconds the store took for each. */
  readonly readTimes = new Histogram(STORE_TIMES);

  constructor(
    log: LogStore,
    encoder: LogEncoder,
    sizes: Pick<Sizes, "pageMessages" | "pageCacheBytes" | "responseBytes">,
    stopwatch = systemStopwatch,
  ) {
    this.#log = log;
    this.#encoder = encoder;
    this.#sizes = sizes;
    this.#stopwatch = stopwatch;
    this.#convoy = new Convoy(stopwatch);
  }

  /** How many pages were read from the store. */
  get reads(): number {
    return this.#reads;
  }

  /** The page with a message that a reader wants, if it is at hand. */
  get(id: number, reader: object): Page | undefined {
    const number = this.#numberOf(id);
    this.#convoy.record(reader, number);
    const page = this.#pages.get(number);
    if (page === undefined || id > page.lastId || id < page.firstId) return undefined;
    this.#pages.delete(number);
    this.#pages.set(number, page);
    return page;
  }

  /** Reads the page with a message that a reader wants, so that it is at hand. Throws `StoreUnavailable`. */
  async fetchPage(id: number, reader: object): Promise<Page> {
    const number = this.#numberOf(id);
    this.#convoy.record(reader, number);
    this.#wanted.get(number)?.readers?.add(reader);
    return this.#loading.get(number) ?? this.#want(number, new Set([reader]));
  }

  /**
   * Reads the page with a message that is wanted next, so that it is at hand by then. Only where that keeps nobody from anything.
   */
  readAhead(id: number): void {
    const number = this.#numberOf(id);
    if (this.#pages.has(number) || this.#loading.has(number)) return;
    if (this.#readsInFlight >= MAX_READS || this.#wouldEvictNeeded(number)) return;
    // Whoever comes to want it asks again.
    this.#want(number).catch(() => {});
  }

  /** A reader goes through pages no more: a page that only it waits for is not read. */
  removeReader(reader: object): void {
    const number = this.#convoy.remove(reader);
    const wanted = number === undefined ? undefined : this.#wanted.get(number);
    if (number === undefined || wanted?.readers === undefined) return;
    wanted.readers.delete(reader);
    if (wanted.readers.size > 0) return;
    this.#wanted.delete(number);
    this.#loading.delete(number);
    wanted.drop();
  }

  /** How many readers go through pages, and how many pages are kept, wanted or under way. */
  get load(): { readonly readers: number; readonly kept: number; readonly coming: number } {
    return { readers: this.#convoy.size, kept: this.#pages.size, coming: this.#loading.size };
  }

  /** Drops what is kept, and keeps nothing of the reads under way: the log has forgotten some of it, or is another one. */
  clear(): void {
    this.#generation += 1;
    this.#pages.clear();
    this.#bytes = 0;
  }

  #want(number: number, readers?: Set<object>): Promise<Page> {
    const { promise: turn, resolve: read, reject } = Promise.withResolvers<void>();
    const drop = () => reject(new StoreUnavailable("nobody waits for this page any more"));
    const page = turn.then(() => this.#read(number));
    this.#loading.set(number, page);
    this.#wanted.set(number, { since: this.#stopwatch(), readers, read, drop });
    this.#readNext();
    return page;
  }

  #readNext(): void {
    if (this.#readsInFlight >= MAX_READS) return;
    const number = this.#nextWanted();
    const wanted = number === undefined ? undefined : this.#wanted.get(number);
    if (number === undefined || wanted === undefined) return;
    if (this.#stopwatch() - wanted.since < MAX_WAIT_MS && this.#wouldEvictNeeded(number)) {
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined;
        this.#readNext();
      }, RETRY_INTERVAL_MS).unref();
      return;
    }
    this.#readsInFlight += 1;
    this.#wanted.delete(number);
    wanted.read();
  }

  /** Whether a page would take the place of one that a crowd is coming to. */
  #wouldEvictNeeded(number: number): boolean {
    // Taken to be as large as the others are.
    if (this.#bytes + this.#bytes / this.#pages.size <= this.#sizes.pageCacheBytes || this.#pages.size === 0)
      return false;
    const lowest = Math.min(...this.#pages.keys());
    const rear = this.#convoy.slowestPage();
    return rear !== undefined && number > lowest && rear <= lowest;
  }

  /** The lowest, unless one has been passed over for too long. */
  #nextWanted(): number | undefined {
    let lowest: number | undefined;
    const now = this.#stopwatch();
    for (const [number, { since }] of this.#wanted) {
      if (now - since >= MAX_WAIT_MS) return number;
      if (lowest === undefined || number < lowest) lowest = number;
    }
    return lowest;
  }

  async #read(number: number): Promise<Page> {
    this.#reads += 1;
    const from = number * this.#sizes.pageMessages + 1;
    const drops = this.#generation;
    try {
      const began = performance.now();
      const messages = await this.#log.read(from, from + this.#sizes.pageMessages - 1);
      this.readTimes.add(performance.now() - began);
      const entries = messages.map((message) => toEntry(message, this.#encoder));
      const page = new Page(entries, from, this.#encoder, this.#sizes.responseBytes);
      if (drops === this.#generation) this.#store(number, page);
      return page;
    } finally {
      this.#loading.delete(number);
      this.#readsInFlight -= 1;
      this.#readNext();
    }
  }

  #store(number: number, page: Page): void {
    this.#drop(number);
    this.#pages.set(number, page);
    this.#bytes += page.bytes;
    while (this.#bytes > this.#sizes.pageCacheBytes && this.#pages.size > 1)
      this.#drop(this.#evictionCandidate(number));
  }

  /** Of a crowd's pages the one that it has behind it, or else comes to last; where there is no crowd, the longest unused. */
  #evictionCandidate(justRead: number): number {
    const others = [...this.#pages.keys()].filter((number) => number !== justRead);
    const rear = this.#convoy.slowestPage();
    if (rear === undefined) return others[0] as number;
    const lowest = Math.min(...others);
    return rear > lowest ? lowest : Math.max(...others);
  }

  #drop(number: number): void {
    this.#bytes -= this.#pages.get(number)?.bytes ?? 0;
    this.#pages.delete(number);
  }

  #numberOf(id: number): number {
    return Math.floor((id - 1) / this.#sizes.pageMessages);
  }
}
