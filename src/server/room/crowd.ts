import { type Stopwatch, systemStopwatch } from "./stopwatch.ts";

/** Readers that make up a crowd: fewer may each read the log alone. */
const MANY = 32;
/** After how long without taking anything a reader is not waited for, in milliseconds. */
const IDLE = 1_000;

/** Where the readers are that go through pages, so that those in front can be held back for those who are coming up. */
export class Crowd {
  readonly #stopwatch: Stopwatch;
  readonly #places = new Map<object, { readonly page: number; readonly at: number }>();

  constructor(stopwatch = systemStopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** A reader takes from a page, or wants it. */
  note(reader: object, page: number): void {
    this.#places.set(reader, { page, at: this.#stopwatch() });
  }

  /** A reader goes through pages no more. Returns the page that it was at, if it was at one. */
  leave(reader: object): number | undefined {
    const place = this.#places.get(reader);
    if (place === undefined) return undefined;
    this.#places.delete(reader);
    return place.page;
  }

  /** How many readers it knows: those of open streams at most, because each one leaves it with its stream. */
  get size(): number {
    return this.#places.size;
  }

  /** The lowest page that a reader on the move is at; `undefined` where they are too few to be a crowd. */
  rear(): number | undefined {
    const now = this.#stopwatch();
    let rear = Number.POSITIVE_INFINITY;
    for (const [reader, { page, at }] of this.#places) {
      if (now - at > IDLE) this.#places.delete(reader);
      else if (page < rear) rear = page;
    }
    return this.#places.size < MANY ? undefined : rear;
  }
}
