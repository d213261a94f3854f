import type { Stopwatch } from "../common/stopwatch.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";
import type { Page } from "./pageCache.ts";

/** Reads in flight at once: the store's worker does one after the other, and two keep it busy. */
const MAX_IN_FLIGHT = 2;
/** The longest time that a read is held back, in milliseconds: slow readers delay others for no longer. */
const MAX_WAIT_MS = 250;
/** How often a read that is held back is reconsidered, in milliseconds. */
const RETRY_INTERVAL_MS = 10;

/** A read that has not begun. */
interface QueuedRead {
  readonly queuedAt: number;
  /** The readers that wait for it; undefined: it is read ahead. */
  readonly readers: Set<object> | undefined;
  readonly start: () => void;
  readonly cancel: () => void;
}

/** What the queue is made with. */
export interface PageReadQueueParts {
  /** Reads a page from the store. */
  readonly read: (page: number) => Promise<Page>;
  /** Whether a page should wait because it would evict one that is still needed. */
  readonly shouldWait: (page: number) => boolean;
  readonly stopwatch: Stopwatch;
}

/**
 * The page reads that wait for the store, the lowest page first: readers that resume at once drift apart less. A page
 * is read once for all readers that want it at the same time. The queue is bounded by the number of readers, each of
 * which waits for one page.
 */
export class PageReadQueue {
  readonly #parts: PageReadQueueParts;
  /** The pages that are queued or in flight. */
  readonly #pages = new Map<number, Promise<Page>>();
  readonly #queued = new Map<number, QueuedRead>();
  #inFlight = 0;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(parts: PageReadQueueParts) {
    this.#parts = parts;
  }

  /** The number of pages that are queued or in flight. */
  get size(): number {
    return this.#pages.size;
  }

  /** Whether one more read would have to wait for another one. */
  get isBusy(): boolean {
    return this.#inFlight >= MAX_IN_FLIGHT;
  }

  /** Whether a page is queued or in flight. */
  has(page: number): boolean {
    return this.#pages.has(page);
  }

  /**
   * Reads a page, for a reader or ahead of one. Rejects with `StoreUnavailable`, also if all its readers are removed.
   */
  read(page: number, reader?: object): Promise<Page> {
    if (reader !== undefined) this.#queued.get(page)?.readers?.add(reader);
    return this.#pages.get(page) ?? this.#enqueue(page, reader === undefined ? undefined : new Set([reader]));
  }

  /**
   * Removes a reader that waits for a page. A read that has not begun, and that no other reader waits for, is
   * cancelled.
   */
  removeReader(page: number, reader: object): void {
    const queued = this.#queued.get(page);
    if (queued?.readers === undefined) return;
    queued.readers.delete(reader);
    if (queued.readers.size > 0) return;
    this.#queued.delete(page);
    this.#pages.delete(page);
    queued.cancel();
  }

  #enqueue(page: number, readers: Set<object> | undefined): Promise<Page> {
    const { promise: turn, resolve: start, reject } = Promise.withResolvers<void>();
    const cancel = () => reject(new StoreUnavailable("no reader waits for this page any more"));
    const result = turn.then(() => this.#run(page));
    this.#pages.set(page, result);
    this.#queued.set(page, { queuedAt: this.#parts.stopwatch(), readers, start, cancel });
    this.#startNext();
    return result;
  }

  #startNext(): void {
    if (this.isBusy) return;
    const page = this.#nextPage();
    const queued = page === undefined ? undefined : this.#queued.get(page);
    if (page === undefined || queued === undefined) return;
    if (this.#parts.stopwatch() - queued.queuedAt < MAX_WAIT_MS && this.#parts.shouldWait(page)) {
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined;
        this.#startNext();
      }, RETRY_INTERVAL_MS).unref();
      return;
    }
    this.#inFlight += 1;
    this.#queued.delete(page);
    queued.start();
  }

  /** The lowest page, unless another one has waited for too long. */
  #nextPage(): number | undefined {
    let lowest: number | undefined;
    const now = this.#parts.stopwatch();
    for (const [page, { queuedAt }] of this.#queued) {
      if (now - queuedAt >= MAX_WAIT_MS) return page;
      if (lowest === undefined || page < lowest) lowest = page;
    }
    return lowest;
  }

  async #run(page: number): Promise<Page> {
    try {
      return await this.#parts.read(page);
    } finally {
      this.#pages.delete(page);
      this.#inFlight -= 1;
      this.#startNext();
    }
  }
}
