import type { EncodedChange } from "./encodeEntry.ts";
import { Entries } from "./entries.ts";
import type { LogEncoder } from "./events.ts";
import { type Chunk, ChunkBuilder, type EncodedEntry, type ReadPosition, type Segment } from "./segment.ts";

/** A page needs few chunks: each reader begins a page at the first entry, except the first page that it reads. */
const MAX_SHARED_CHUNKS = 16;
/** Every entry counts twice, because the shared chunks contain its bytes again. */
const COPIES = 2;

/** A part of the log that was read from the store, for readers behind the timeline. */
export class Page implements Segment {
  readonly firstId: number;
  readonly lastId: number;
  readonly #chunks: ChunkBuilder;
  readonly #entries: Entries;

  /** `start`: the id at which the page begins if it has no entries. `maxBytes`: of a response. */
  constructor(entries: readonly EncodedEntry[], start: number, encoder: LogEncoder, maxBytes: number) {
    this.#chunks = new ChunkBuilder(encoder, maxBytes, MAX_SHARED_CHUNKS);
    this.firstId = entries[0]?.id ?? start;
    this.lastId = this.firstId + entries.length - 1;
    this.#entries = new Entries(this.firstId - 1, COPIES);
    for (const entry of entries) this.#entries.append(entry);
  }

  /** The memory that the page takes, in bytes. */
  get bytes(): number {
    return this.#entries.bytes;
  }

  entry(id: number): EncodedEntry {
    return this.#entries.get(id);
  }

  /** The entries after a reader's cursor that it gets: see `ChunkBuilder.take`. */
  take(reader: ReadPosition, maxBytes?: number): Chunk {
    return this.#chunks.take(this, reader, maxBytes);
  }

  /** Takes the older texts of a message out of the page: see `Entries.apply`. */
  apply(change: EncodedChange): void {
    if (this.#entries.apply(change)) this.#chunks.clear();
  }
}

/** Pages by their number, bounded in bytes. */
export class PageCache {
  readonly #maxBytes: number;
  readonly #evictionCandidate: (numbers: readonly number[]) => number;
  /** The least recently used first. */
  readonly #pages = new Map<number, Page>();
  #bytes = 0;

  /**
   * `evictionCandidate` gets the numbers of cached pages, the least recently used first, and returns the number of the
   * page to evict.
   */
  constructor(maxBytes: number, evictionCandidate: (numbers: readonly number[]) => number) {
    this.#maxBytes = maxBytes;
    this.#evictionCandidate = evictionCandidate;
  }

  get size(): number {
    return this.#pages.size;
  }

  /** The numbers of the pages, the least recently used first. */
  get numbers(): readonly number[] {
    return [...this.#pages.keys()];
  }

  /** Whether one more page of average size would evict another one. */
  get isFull(): boolean {
    return this.size > 0 && this.#bytes + this.#bytes / this.size > this.#maxBytes;
  }

  /** Whether a page is cached. Does not count as a use. */
  has(number: number): boolean {
    return this.#pages.has(number);
  }

  /** The page with a number, if it is cached and contains the entry `id`. Counts as a use. */
  get(number: number, id: number): Page | undefined {
    const page = this.#pages.get(number);
    if (page === undefined || id > page.lastId || id < page.firstId) return undefined;
    this.#pages.delete(number);
    this.#pages.set(number, page);
    return page;
  }

  /** Adds or replaces a page. If all pages together exceed the bound, others are evicted; the new one always stays. */
  set(number: number, page: Page): void {
    this.#delete(number);
    this.#pages.set(number, page);
    this.#bytes += page.bytes;
    this.#evict(number);
  }

  /** Takes the older texts of a message out of all pages. Pages that grow may make others leave. */
  apply(change: EncodedChange): void {
    for (const page of this.#pages.values()) {
      this.#bytes -= page.bytes;
      page.apply(change);
      this.#bytes += page.bytes;
    }
    this.#evict();
  }

  clear(): void {
    this.#pages.clear();
    this.#bytes = 0;
  }

  /** Evicts pages, but not the page `kept`, while all together exceed the bound. One page always stays. */
  #evict(kept?: number): void {
    while (this.#bytes > this.#maxBytes && this.size > 1) {
      this.#delete(this.#evictionCandidate(this.numbers.filter((number) => number !== kept)));
    }
  }

  #delete(number: number): void {
    this.#bytes -= this.#pages.get(number)?.bytes ?? 0;
    this.#pages.delete(number);
  }
}
