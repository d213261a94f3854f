import type { Message } from "./message.ts";

/** What is kept at most: the batches of nodes that append at the same time are a few places apart. */
const MAX_BATCHES = 64;
const MAX_BYTES = 4 * 1024 * 1024;

/** Batches that came before the ones in front of them, as those of two nodes often do. They are kept until the hole is filled. */
export class OutOfOrderBuffer {
  /** By the id of their first message. */
  readonly #batches = new Map<number, readonly Message[]>();
  #bytes = 0;
  #lastId = 0;

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#batches.size === 0;
  }

  /** The greatest id in them; 0: there are none. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Keeps a batch, whose ids follow one another. False: there is no space for it. */
  add(messages: readonly Message[]): boolean {
    const first = messages[0];
    const last = messages.at(-1);
    if (first === undefined || last === undefined || this.#batches.has(first.id)) return true;
    const bytes = sizeOf(messages);
    if (this.#batches.size >= MAX_BATCHES || this.#bytes + bytes > MAX_BYTES) return false;
    this.#batches.set(first.id, messages);
    this.#bytes += bytes;
    this.#lastId = Math.max(this.#lastId, last.id);
    return true;
  }

  /** Lets go of what lies up to `headId`, and of the batch that goes on behind it, and gives that; `undefined`: there is none. */
  takeNext(headId: number): readonly Message[] | undefined {
    for (const [firstId, messages] of this.#batches) {
      if (firstId > headId + 1) continue;
      this.#drop(firstId, messages);
      // Their ids follow one another.
      const fresh = messages.slice(headId + 1 - firstId);
      if (fresh.length > 0) return fresh;
    }
    return undefined;
  }

  /** Lets go of all of them. */
  clear(): void {
    this.#batches.clear();
    this.#bytes = 0;
    this.#lastId = 0;
  }

  #drop(firstId: number, messages: readonly Message[]): void {
    this.#batches.delete(firstId);
    this.#bytes -= sizeOf(messages);
    if (this.isEmpty) this.#lastId = 0;
  }
}

/** What a batch takes in memory, about: its texts may take two bytes a character. */
function sizeOf(messages: readonly Message[]): number {
  return messages.reduce((sum, { text }) => sum + text.length * 2 + 200, 0);
}
