import type { Sizes } from "../common/limits.ts";
import type { EncodedChange } from "./encodeEntry.ts";
import { Entries } from "./entries.ts";
import { maySee } from "./entry.ts";
import type { LogEncoder } from "./events.ts";
import { type Chunk, ChunkBuilder, type EncodedEntry, type ReadPosition, type Segment } from "./segment.ts";

/** Live readers have at most a few dozen different cursors at a time. */
const MAX_SHARED_CHUNKS = 32;

/** The newest part of the log in memory, every entry encoded. It is bounded in bytes. */
export class Timeline implements Segment {
  readonly #maxBytes: number;
  readonly #chunks: ChunkBuilder;
  readonly #entries: Entries;

  /**
   * An empty timeline whose next entry is `headId + 1`. `timelineBytes` bounds the memory of its entries. The newest
   * entry stays even if it alone is larger.
   */
  constructor(encoder: LogEncoder, sizes: Pick<Sizes, "timelineBytes" | "responseBytes">, headId: number) {
    this.#chunks = new ChunkBuilder(encoder, sizes.responseBytes, MAX_SHARED_CHUNKS);
    this.#maxBytes = sizes.timelineBytes;
    this.#entries = new Entries(headId, 1);
  }

  get firstId(): number {
    return this.#entries.firstId;
  }

  get lastId(): number {
    return this.#entries.lastId;
  }

  /** The memory that the entries take, in bytes. */
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

  /** Appends the entry with the id `lastId + 1`; evicts the oldest entries if all together take too much memory. */
  append(entry: EncodedEntry): void {
    this.#entries.append(entry);
    this.#evict();
    this.#chunks.clear();
  }

  /** Takes the older texts of a message out of the timeline: see `Entries.apply`. */
  apply(change: EncodedChange): void {
    if (!this.#entries.apply(change)) return;
    this.#evict();
    this.#chunks.clear();
  }

  /** Drops all entries before `id`: see `Entries.truncateBefore`. */
  truncateBefore(id: number): void {
    this.#entries.truncateBefore(id);
    this.#chunks.clear();
  }

  /**
   * The id of the oldest among the newest `count` messages that an account may see; `undefined` if the timeline has
   * fewer of these.
   */
  recent(accountId: number, count: number): number | undefined {
    for (let id = this.lastId, left = count; id >= this.firstId; id -= 1) {
      const entry = this.entry(id);
      if (entry.kind === "message" && maySee(accountId, entry) && --left === 0) return id;
    }
    return undefined;
  }

  #evict(): void {
    while (this.#entries.bytes > this.#maxBytes && this.firstId < this.lastId) this.#entries.shift();
  }
}
