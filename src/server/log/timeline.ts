import type { Sizes } from "../common/limits.ts";
import type { LogEncoder } from "./events.ts";
import { maySee } from "./message.ts";
import { ENTRY_OVERHEAD, type Entry, Segment } from "./segment.ts";

/** Live readers are at a few dozen places, for as long as until the next message comes. */
const MAX_SHARED = 32;
/** How many evicted places are kept in front of the array before it is cut: cutting moves all the others. */
const SLACK = 1_024;

/** The log's live tail: its newest part, in memory, every entry encoded. It is bounded in bytes. */
export class Timeline extends Segment {
  readonly #maxBytes: number;
  #entries: (Entry | undefined)[] = [];
  #start = 0;
  #bytes = 0;
  #lastId: number;

  /** A timeline without entries, behind the message `headId`. `maxBytes` bounds its entries, but for the newest one. */
  constructor(encoder: LogEncoder, sizes: Pick<Sizes, "timelineBytes" | "responseBytes">, headId: number) {
    super(encoder, sizes.responseBytes, MAX_SHARED);
    this.#maxBytes = sizes.timelineBytes;
    this.#lastId = headId;
  }

  get firstId(): number {
    return this.#lastId - (this.#entries.length - this.#start) + 1;
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** What its entries take, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  protected entry(id: number): Entry {
    return this.#entries[this.#start + id - this.firstId] as Entry;
  }

  /** Appends the entry that follows the last one; the oldest ones go where they take too much. */
  append(entry: Entry): void {
    if (entry.id !== this.#lastId + 1) throw new Error(`message ${entry.id} does not follow ${this.#lastId}`);
    this.#entries.push(entry);
    this.#lastId = entry.id;
    this.#bytes += costOf(entry);
    while (this.#bytes > this.#maxBytes && this.firstId < this.#lastId) this.#evict();
    this.dropShared();
  }

  /** Forgets all entries before `id`, which the log has forgotten, also such as never came in. */
  truncateBefore(id: number): void {
    while (this.firstId < id && this.firstId <= this.#lastId) this.#evict();
    this.#lastId = Math.max(this.#lastId, id - 1);
    this.dropShared();
  }

  /**
   * The id of the oldest of the last `count` messages that an account may see. `undefined` where the timeline does not reach back
   * that far.
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
    if (this.#start < SLACK || this.#start * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#start);
    this.#start = 0;
  }
}

function costOf(entry: Entry): number {
  return entry.bytes.length + ENTRY_OVERHEAD;
}
