import type { Sizes } from "../common/limits.ts";
import type { LogEncoder } from "./events.ts";
import { maySee } from "./entry.ts";
import { type Chunk, ChunkBuilder, ENTRY_OVERHEAD_BYTES, type Entry, type Segment } from "./segment.ts";

/** Live readers have at most a few dozen different cursors at a time. */
const MAX_SHARED_CHUNKS = 32;
/** With fewer empty elements in front, the array is not cut: a cut moves all other elements. */
const MIN_EMPTY = 1_024;

/** The newest part of the log in memory, every entry encoded. It is bounded in bytes. */
export class Timeline implements Segment {
  readonly #maxBytes: number;
  readonly #chunks: ChunkBuilder;
  #entries: (Entry | undefined)[] = [];
  #start = 0;
  #bytes = 0;
  #lastId: number;

  /**
   * An empty timeline whose next entry is `headId + 1`. `timelineBytes` bounds the memory of its entries. The newest
   * entry stays even if it alone is larger.
   */
  constructor(encoder: LogEncoder, sizes: Pick<Sizes, "timelineBytes" | "responseBytes">, headId: number) {
    this.#chunks = new ChunkBuilder(encoder, sizes.responseBytes, MAX_SHARED_CHUNKS);
    this.#maxBytes = sizes.timelineBytes;
    this.#lastId = headId;
  }

  get firstId(): number {
    return this.#lastId - (this.#entries.length - this.#start) + 1;
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** The memory that the entries take, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  entry(id: number): Entry {
    return this.#entries[this.#start + id - this.firstId] as Entry;
  }

  /** The messages after `after` that an account may see: see `ChunkBuilder.take`. */
  take(after: number, accountId: number, maxBytes?: number): Chunk {
    return this.#chunks.take(this, after, accountId, maxBytes);
  }

  /** Appends the entry with the id `lastId + 1`; evicts the oldest entries if all together take too much memory. */
  append(entry: Entry): void {
    if (entry.id !== this.#lastId + 1) throw new Error(`message ${entry.id} does not follow ${this.#lastId}`);
    this.#entries.push(entry);
    this.#lastId = entry.id;
    this.#bytes += costOf(entry);
    while (this.#bytes > this.#maxBytes && this.firstId < this.#lastId) this.#evict();
    this.#chunks.clear();
  }

  /** Drops all entries before `id`. If `id` is beyond the last entry, the next entry must be `id`. */
  truncateBefore(id: number): void {
    while (this.firstId < id && this.firstId <= this.#lastId) this.#evict();
    this.#lastId = Math.max(this.#lastId, id - 1);
    this.#chunks.clear();
  }

  /**
   * The id of the oldest among the newest `count` messages that an account may see; `undefined` if the timeline has
   * fewer of these.
   */
  recent(accountId: number, count: number): number | undefined {
    for (let id = this.#lastId, left = count; id >= this.firstId; id -= 1) {
      if (maySee(accountId, this.entry(id)) && --left === 0) return id;
    }
    return undefined;
  }

  #evict(): void {
    this.#bytes -= costOf(this.#entries[this.#start] as Entry);
    this.#entries[this.#start] = undefined;
    this.#start += 1;
    if (this.#start < MIN_EMPTY || this.#start * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#start);
    this.#start = 0;
  }
}

function costOf(entry: Entry): number {
  return entry.bytes.length + ENTRY_OVERHEAD_BYTES;
}
