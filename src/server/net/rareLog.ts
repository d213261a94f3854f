import type { Stopwatch } from "../common/stopwatch.ts";

/** At most one line is logged in this time, because a port scan would fill the log. */
const LOG_INTERVAL_MS = 60_000;

/** Logs what strangers cause: at most one line per minute, with the number of events that had no line. */
export class RareLog {
  readonly #log: (facts: object, message: string) => void;
  readonly #stopwatch: Stopwatch;
  #loggedAt = Number.NEGATIVE_INFINITY;
  #unlogged = 0;

  constructor(log: (facts: object, message: string) => void, stopwatch: Stopwatch) {
    this.#log = log;
    this.#stopwatch = stopwatch;
  }

  /** Logs this event, or counts it for the next line. */
  add(facts: object, message: string): void {
    const now = this.#stopwatch();
    if (now - this.#loggedAt < LOG_INTERVAL_MS) {
      this.#unlogged += 1;
      return;
    }
    this.#log({ ...facts, sinceLastLine: this.#unlogged }, message);
    this.#loggedAt = now;
    this.#unlogged = 0;
  }
}
