import type { RoomEvent } from "./events.ts";
import type { Cursor } from "./resumePoint.ts";

interface Entry {
  readonly event: RoomEvent;
  /** The application's cursor after it has taken the event; undefined: the event does not move it. */
  cursor: Cursor | undefined;
}

/** The bounded buffer between the connection and the application. It tracks the cursor of what the application took. */
export class EventBuffer {
  readonly #capacity: number;
  #entries: Entry[] = [];
  #takenCursor: Cursor | undefined;
  #ended = false;
  /** Resolves the pending `take()`. */
  #reader: ((result: IteratorResult<RoomEvent, void>) => void) | undefined;
  #onSpace: (() => void) | undefined;

  constructor(capacity: number, start: Cursor | undefined) {
    this.#capacity = capacity;
    this.#takenCursor = start;
  }

  /** The cursor up to which the application has taken everything. */
  get takenCursor(): Cursor | undefined {
    return this.#takenCursor;
  }

  /** Adds an event; waits while the buffer is full. After `end()` or after the signal, the event is dropped. */
  async put(event: RoomEvent, cursor: Cursor | undefined, signal: AbortSignal): Promise<void> {
    while (this.#entries.length >= this.#capacity && !signal.aborted) await this.#waitForSpace(signal);
    if (!signal.aborted) this.#add(event, cursor);
  }

  /** Everything up to this cursor is in the buffer: the application reaches it with the newest event. */
  advanceTo(cursor: Cursor): void {
    const last = this.#entries.at(-1);
    if (last === undefined) this.#takenCursor = cursor;
    else last.cursor = cursor;
  }

  /** Adds the last event, also to a full buffer. `discard`: drops the events before it. */
  end(event: RoomEvent, discard: boolean): void {
    if (discard) this.#entries = [];
    this.#add(event, undefined);
    this.#ended = true;
  }

  /** The next event; `done` after the last one. Rejects while another call is pending. */
  take(): Promise<IteratorResult<RoomEvent, void>> {
    const entry = this.#entries.shift();
    if (entry !== undefined) {
      this.#onSpace?.();
      return Promise.resolve(this.#deliver(entry));
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    if (this.#reader !== undefined) return Promise.reject(new Error("A room's events have one reader at a time."));
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  #add(event: RoomEvent, cursor: Cursor | undefined): void {
    if (this.#ended) return;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) this.#entries.push({ event, cursor });
    else reader(this.#deliver({ event, cursor }));
  }

  #deliver(entry: Entry): IteratorResult<RoomEvent, void> {
    if (entry.cursor !== undefined) this.#takenCursor = entry.cursor;
    return { done: false, value: entry.event };
  }

  #waitForSpace(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener("abort", done);
        this.#onSpace = undefined;
        resolve();
      };
      this.#onSpace = done;
      signal.addEventListener("abort", done);
    });
  }
}
