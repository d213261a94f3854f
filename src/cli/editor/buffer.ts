import { boundaryFrom, nextBoundary, previousBoundary } from "../text/graphemes.ts";
import { lineEnd, lineStart } from "./motions.ts";

/** The longest text, in bytes of UTF-8. It is the contract's limit for a request. */
export const MAX_TEXT_BYTES = 64 * 1024;

/** A text and a place in it, to which `undo` goes back. */
export interface BufferState {
  readonly text: string;
  readonly cursor: number;
}

/** A text with a cursor, which is always between two graphemes. */
export class TextBuffer {
  #text = "";
  /**
   * The cursor as the last edit left it. An edit can join the characters on its two sides to one grapheme: after half of
   * a flag was inserted before another flag, for example. Text that follows still belongs here.
   */
  #index = 0;

  get text(): string {
    return this.#text;
  }

  /** An index in UTF-16. */
  get cursor(): number {
    return boundaryFrom(this.#text, this.#index);
  }

  get state(): BufferState {
    return { text: this.#text, cursor: this.#index };
  }

  /** Replaces the whole text. */
  set({ text, cursor }: BufferState): void {
    this.#text = text;
    this.#index = Math.min(cursor, text.length);
  }

  moveTo(index: number): void {
    this.#index = index;
  }

  /** Whether the text may grow by this one. */
  hasSpaceFor(inserted: string): boolean {
    // A character (UTF-16) has at most 3 bytes. Counting them needs the whole text.
    if ((this.#text.length + inserted.length) * 3 <= MAX_TEXT_BYTES) return true;
    return Buffer.byteLength(this.#text) + Buffer.byteLength(inserted) <= MAX_TEXT_BYTES;
  }

  /** Inserts a text before the cursor. */
  insert(inserted: string): void {
    this.#text = this.#text.slice(0, this.#index) + inserted + this.#text.slice(this.#index);
    this.#index += inserted.length;
  }

  /** Removes the text between two indexes, in either order, and leaves the cursor in its place. */
  remove(from: number, to: number): string {
    const start = Math.min(from, to);
    const end = Math.max(from, to);
    const removed = this.#text.slice(start, end);
    this.#text = this.#text.slice(0, start) + this.#text.slice(end);
    this.#index = start;
    return removed;
  }

  /** Swaps the graphemes around the cursor, or the last two of a line. Does nothing beside a line's beginning. */
  transpose(): void {
    const { text, cursor } = this;
    const middle = cursor === lineEnd(text, cursor) ? previousBoundary(text, cursor) : cursor;
    if (middle <= lineStart(text, cursor)) return;
    const start = previousBoundary(text, middle);
    const end = nextBoundary(text, middle);
    this.set({
      text: text.slice(0, start) + text.slice(middle, end) + text.slice(start, middle) + text.slice(end),
      cursor: end,
    });
  }
}
