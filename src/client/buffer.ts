import type { RoomEvent } from "./events.ts";
import type { Cursor } from "./resumePoint.ts";

interface Entry {
  readonly event: RoomEvent;
  /** What is reached once the event is taken. */
  cursor: Cursor | undefined;
}

/** The events between the connection and the application: bounded, and it knows which cursor the application has taken. */
export class EventBuffer {
  readonly #capacity: number;
  #entries: Entry[] = [];
  #taken: Cursor | undefined;
  #ended = false;
  #taker: ((result: IteratorResult<RoomEvent, void>) => void) | undefined;
  #onSpace: (() => void) | undefined;

  constructor(capacity: number, start: Cursor | undefined) {
    this.#capacity = capacity;
    this.#taken = start;
  }

  /** The cursor up to which the application has taken everything. */
  get taken(): Cursor | undefined {
    return this.#taken;
  }

  /** Adds an event; waits while the buffer is full. What comes after the end, or after the signal, is left out. */
  async put(event: RoomEvent, cursor: Cursor | undefined, signal: AbortSignal): Promise<void> {
    while (this.#entries.length >= this.#capacity && !signal.aborted) await this.#space(signal);
    if (!signal.aborted) this.#add(event, cursor);
  }

  /** Everything up to this cursor has been put. */
  reach(cursor: Cursor): void {
    const last = this.#entries.at(-1);
    if (last === undefined) this.#taken = cursor;
    else last.cursor = cursor;
  }

  /** Adds the last event, for which there always is space. With `forget`, what has not been taken yet is dropped. */
  end(event: RoomEvent, forget: boolean): void {
    if (forget) this.#entries = [];
    this.#add(event, undefined);
    this.#ended = true;
  }

  /** The next event; `done` after the last. One call at a time. */
  take(): Promise<IteratorResult<RoomEvent, void>> {
    const entry = this.#entries.shift();
    if (entry !== undefined) {
      this.#onSpace?.();
      return Promise.resolve(this.#give(entry));
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    if (this.#taker !== undefined) return Promise.reject(new Error("A room's events have one reader at a time."));
    return new Promise((resolve) => {
      this.#taker = resolve;
    });
  }

  #add(event: RoomEvent, cursor: Cursor | undefined): void {
    if (this.#ended) return;
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker === undefined) this.#entries.push({ event, cursor });
    else taker(this.#give({ event, cursor }));
  }

  #give(entry: Entry): IteratorResult<RoomEvent, void> {
    if (entry.cursor !== undefined) this.#taken = entry.cursor;
    return { done: false, value: entry.event };
  }

  #space(signal: AbortSignal): Promise<void> {
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
