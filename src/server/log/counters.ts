import { Histogram, STORE_TIMES_MS } from "../common/histogram.ts";

/** Counts the commits and page reads of a node since its start. */
export class LogCounters {
  /** Commits, by duration in milliseconds. */
  readonly commitTimes = new Histogram(STORE_TIMES_MS);
  /** Commits, by the number of messages in each. */
  readonly commitMessages = new Histogram([1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]);
  commitsFailed = 0;
  /** Pages that were read from the store, by duration in milliseconds. */
  readonly pageReadTimes = new Histogram(STORE_TIMES_MS);

  /** Counts a commit. `messages`: the number of its drafts. */
  commit(tookMs: number, messages: number): void {
    this.commitTimes.add(tookMs);
    this.commitMessages.add(messages);
  }
}
