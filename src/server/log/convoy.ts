import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";

/** Readers that make up a crowd: fewer may each read the log alone. */
const MIN_READERS = 32;
/** After how long without taking anything a reader is not waited for, in milliseconds. */
const IDLE_MS = 1_000;

/** Where the readers are that go through pages, so that those in front can be held back for those who are coming up. */
export class Convoy {
  readonly #stopwatch: Stopwatch;
  readonly #positions = new Map<object, { readonly page: number; readonly at: number }>();

  constructor(stopwatch = systemStopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** A reader takes from a page, or wants it. */
  record(reader: object, page: number): void {
    this.#positions.set(reader, { page, at: this.#stopwatch() });
  }

  /** A reader goes through pages no more. Returns the page that it was at, if it was at one. */
  remove(reader: object): number | undefined {
    const place = this.#positions.get(reader);
    if (place === undefined) return undefined;
    this.#positions.delete(reader);
    return place.page;
  }

  /** How many readers it knows: those of open streams at most, because each one leaves it with its stream. */
  get size(): number {
    return this.#positions.size;
  }

  /** The lowest page that a reader on the move is at; `undefined` where they are too few to be a crowd. */
  slowestPage(): number | undefined {
    const now = this.#stopwatch();
    let rear = Number.POSITIVE_INFINITY;
    for (const [reader, { page, at }] of this.#positions) {
      if (now - at > IDLE_MS) this.#positions.delete(reader);
      else if (page < rear) rear = page;
    }
    return this.#positions.size < MIN_READERS ? undefined : rear;
  }
}
