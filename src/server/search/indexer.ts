import type { SearchIndex } from "./ports/searchIndex.ts";

/** Times of an indexer, in milliseconds. */
export interface IndexerTimes {
  /** From a new message to the step that indexes it, so that one commit does for many messages. */
  readonly delayMs: number;
  /** After a failed step. */
  readonly retryMs: number;
  /** Between two looks without a notification, which may be lost. */
  readonly pollMs: number;
}

/** A message is found within a second of its commit. */
const DEFAULT_TIMES: IndexerTimes = { delayMs: 200, retryMs: 500, pollMs: 500 };

/** Keeps the search index up to date with the log. */
export class Indexer {
  readonly #index: Pick<SearchIndex, "advance">;
  readonly #report: (error: unknown) => void;
  readonly #times: IndexerTimes;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #run: Promise<void> | undefined;
  /** Whether the log has grown since the step in flight began. */
  #hasGrown = false;
  #isStopped = false;
  #hasFailed = false;
  /** When the first of the steps began after which there is more to do. By `performance.now()`. */
  #behindSince: number | undefined;

  /** `report` is called for the first of several failures in a row. */
  constructor(
    index: Pick<SearchIndex, "advance">,
    report: (error: unknown) => void,
    times: Partial<IndexerTimes> = {},
  ) {
    this.#index = index;
    this.#report = report;
    this.#times = { ...DEFAULT_TIMES, ...times };
  }

  /** How long the steps have not come to the end of the log, in milliseconds; 0: the last one did, or none was made. */
  get behindMs(): number {
    return this.#behindSince === undefined ? 0 : performance.now() - this.#behindSince;
  }

  /** Begins to index. */
  start(): void {
    this.#schedule(0);
  }

  /** Call this when the log has grown. */
  notify(): void {
    if (this.#run === undefined) this.#schedule(this.#times.delayMs);
    else this.#hasGrown = true;
  }

  /** Ends after the step in flight. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#run;
  }

  #schedule(delayMs: number): void {
    const dueAt = performance.now() + delayMs;
    if (this.#isStopped || dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#hasGrown = false;
      this.#run = this.#step().then((pauseMs) => {
        this.#run = undefined;
        this.#schedule(this.#hasGrown ? Math.min(pauseMs, this.#times.delayMs) : pauseMs);
      });
    }, delayMs);
  }

  /** Makes a step. Resolves with the pause until the next one. */
  async #step(): Promise<number> {
    const beganAt = performance.now();
    try {
      const hasMore = await this.#index.advance();
      this.#hasFailed = false;
      this.#behindSince = hasMore ? (this.#behindSince ?? beganAt) : undefined;
      // Between two steps, appends have the store for as long as a step takes.
      return hasMore ? performance.now() - beganAt : this.#times.pollMs;
    } catch (error) {
      if (!this.#hasFailed) this.#report(error);
      this.#hasFailed = true;
      this.#behindSince ??= beganAt;
      return this.#times.retryMs;
    }
  }
}
