import { type Entry, textOf } from "./entry.ts";

/** The bounds of the buffer: the batches of nodes that append at the same time are a few ids apart. */
const MAX_BATCHES = 64;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Keeps batches that arrive before entries with lower ids, until these have filled the hole. That is common if two
 * nodes append at the same time.
 */
export class OutOfOrderBuffer {
  /** By the id of their first entry. */
  readonly #batches = new Map<number, readonly Entry[]>();
  #bytes = 0;
  #lastId = 0;

  get isEmpty(): boolean {
    return this.#batches.size === 0;
  }

  /** The greatest id in the batches; 0 if there are none. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Adds a batch, whose ids follow one another. Returns false if there is no space for it. */
  add(entries: readonly Entry[]): boolean {
    const first = entries[0];
    const last = entries.at(-1);
    if (first === undefined || last === undefined || this.#batches.has(first.id)) return true;
    const bytes = sizeOf(entries);
    if (this.#batches.size >= MAX_BATCHES || this.#bytes + bytes > MAX_BYTES) return false;
    this.#batches.set(first.id, entries);
    this.#bytes += bytes;
    this.#lastId = Math.max(this.#lastId, last.id);
    return true;
  }

  /**
   * Removes and returns the entries that follow `headId`; `undefined` if there are none. Drops the batches that end at
   * `headId` or before.
   */
  takeNext(headId: number): readonly Entry[] | undefined {
    for (const [firstId, entries] of this.#batches) {
      if (firstId > headId + 1) continue;
      this.#drop(firstId, entries);
      const next = entries.slice(headId + 1 - firstId);
      if (next.length > 0) return next;
    }
    return undefined;
  }

  clear(): void {
    this.#batches.clear();
    this.#bytes = 0;
    this.#lastId = 0;
  }

  #drop(firstId: number, entries: readonly Entry[]): void {
    this.#batches.delete(firstId);
    this.#bytes -= sizeOf(entries);
    if (this.isEmpty) this.#lastId = 0;
  }
}

/** About the memory that a batch takes: its texts may take two bytes a character. */
function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + textOf(entry).length * 2 + 200, 0);
}
