import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";

/** Fewer readers than this are not a convoy: each may read pages of its own from the store. */
const MIN_READERS = 32;
/** A reader that has taken nothing for this long does not hold back the others, in milliseconds. */
const MAX_IDLE_MS = 1_000;

/**
 * Tracks the readers that go through pages, so that those in front can be held back until the slowest have caught up.
 */
export class Convoy {
  readonly #stopwatch: Stopwatch;
  readonly #positions = new Map<object, { readonly page: number; readonly at: number }>();

  constructor(stopwatch = systemStopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** Records the page that a reader takes from, or waits for. */
  record(reader: object, page: number): void {
    this.#positions.set(reader, { page, at: this.#stopwatch() });
  }

  /** Removes a reader. Returns the page that was recorded for it. */
  remove(reader: object): number | undefined {
    const position = this.#positions.get(reader);
    this.#positions.delete(reader);
    return position?.page;
  }

  /**
   * The number of readers. It never exceeds the number of open streams, because each stream removes its reader when it
   * ends.
   */
  get size(): number {
    return this.#positions.size;
  }

  /** Removes idle readers, and returns the lowest page of the others; `undefined` if these are too few for a convoy. */
  slowestPage(): number | undefined {
    const now = this.#stopwatch();
    let slowest = Number.POSITIVE_INFINITY;
    for (const [reader, { page, at }] of this.#positions) {
      if (now - at > MAX_IDLE_MS) this.#positions.delete(reader);
      else if (page < slowest) slowest = page;
    }
    return this.#positions.size < MIN_READERS ? undefined : slowest;
  }
}

/**
 * The page to evict from a full cache. With a convoy, that is the lowest page if all readers have passed it, otherwise
 * the highest page, which they need last. Without a convoy it is the least recently used page.
 *
 * `cached`: the pages that may be evicted, the least recently used first; at least one. `slowest`: the page of the
 * slowest reader in the convoy; `undefined` if there is no convoy.
 */
export function evictionCandidate(cached: readonly number[], slowest: number | undefined): number {
  if (slowest === undefined) return cached[0] as number;
  const lowest = Math.min(...cached);
  return slowest > lowest ? lowest : Math.max(...cached);
}

/** Whether a page that is put into a full cache would evict one that the convoy still needs. */
export function wouldEvictNeeded(page: number, cached: readonly number[], slowest: number | undefined): boolean {
  const lowest = Math.min(...cached);
  return slowest !== undefined && page > lowest && slowest <= lowest;
}
