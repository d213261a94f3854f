import { ENTRY_OVERHEAD_BYTES, type EncodedChange, erased } from "./encodeEntry.ts";
import type { EncodedEntry } from "./segment.ts";

/** With fewer empty elements in front, the array is not cut: a cut moves all other elements. */
const MIN_EMPTY = 1_024;

/**
 * The entries of a segment in memory. A change of a message replaces or erases the entries of that message that are
 * here, so that no older text is left.
 */
export class Entries {
  readonly #copies: number;
  #entries: (EncodedEntry | undefined)[] = [];
  /** The index of the first entry in the array. */
  #start = 0;
  #lastId: number;
  #bytes = 0;
  /** The ids of the edits here that are not erased, by the id of the message. A message has one at most. */
  readonly #edits = new Map<number, number>();

  /** `after`: the id before the first entry. `copies`: how often the bytes of an entry count. */
  constructor(after: number, copies: number) {
    this.#lastId = after;
    this.#copies = copies;
  }

  /** The id of the first entry; `lastId + 1` if there is none. */
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

  /** The entry of an id from `firstId` to `lastId`. */
  get(id: number): EncodedEntry {
    return this.#entries[this.#start + id - this.firstId] as EncodedEntry;
  }

  /** Appends the entry with the id `lastId + 1`. */
  append(entry: EncodedEntry): void {
    if (entry.id !== this.#lastId + 1) throw new Error(`entry ${entry.id} does not follow ${this.#lastId}`);
    this.#entries.push(entry);
    this.#lastId = entry.id;
    this.#bytes += this.#costOf(entry);
    if (entry.kind === "edited") this.#edits.set(entry.messageId, entry.id);
  }

  /** Replaces or erases the entries of the message that a change has changed. Returns whether there were any. */
  apply({ id, messageId, message }: EncodedChange): boolean {
    let isChanged = false;
    if (messageId >= this.firstId && messageId <= this.#lastId) {
      const { kind, editId } = this.get(messageId);
      // The entry may have a newer text already, because the store is ahead of the changes that have come.
      if (kind === "message" && editId < id) {
        this.#replace(message ?? erased(messageId));
        isChanged = true;
      }
    }
    const edit = this.#edits.get(messageId);
    if (edit !== undefined && edit < id) {
      this.#replace(erased(edit));
      isChanged = true;
    }
    return isChanged;
  }

  /** Removes the first entry. */
  shift(): void {
    const entry = this.#entries[this.#start] as EncodedEntry;
    this.#forget(entry);
    this.#entries[this.#start] = undefined;
    this.#start += 1;
    if (this.#start < MIN_EMPTY || this.#start * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#start);
    this.#start = 0;
  }

  /**
   * Removes the entries before `id`, and erases the edits of messages before it. If `id` is beyond the last entry, the
   * next entry must be `id`.
   */
  truncateBefore(id: number): void {
    while (this.firstId < id && this.firstId <= this.#lastId) this.shift();
    this.#lastId = Math.max(this.#lastId, id - 1);
    for (const [messageId, edit] of this.#edits) if (messageId < id) this.#replace(erased(edit));
  }

  #replace(entry: EncodedEntry): void {
    this.#forget(this.get(entry.id));
    this.#entries[this.#start + entry.id - this.firstId] = entry;
    this.#bytes += this.#costOf(entry);
  }

  #forget(entry: EncodedEntry): void {
    this.#bytes -= this.#costOf(entry);
    if (entry.kind === "edited" && this.#edits.get(entry.messageId) === entry.id) this.#edits.delete(entry.messageId);
  }

  #costOf(entry: EncodedEntry): number {
    return this.#copies * entry.bytes.length + ENTRY_OVERHEAD_BYTES;
  }
}
