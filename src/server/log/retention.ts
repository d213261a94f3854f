import type { RetentionPolicy } from "../common/limits.ts";
import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import { timeOf } from "./entry.ts";
import type { Bus } from "./ports/bus.ts";
import type { LogState, LogStore } from "./ports/logStore.ts";

/** The collaborators and settings of retention. */
export interface RetentionParts {
  readonly store: LogStore;
  readonly bus: Bus;
  readonly policy: RetentionPolicy;
  /** Milliseconds since the epoch; `undefined`: the clock is not settled, so no entry is removed for its age. */
  readonly clock: () => number | undefined;
  /** Default: the system's. */
  readonly stopwatch?: Stopwatch;
}

/**
 * The entries that are truncated in one commit, for which senders wait. With 500 that took 15 ms in the median and 32
 * at most (docs/decisions/0014-retention.md).
 */
const STEP_ENTRIES = 250;

/** Truncates the log by age and by number of entries. */
export class Retention {
  readonly #parts: RetentionParts;
  #inFlight: Promise<void> | undefined;
  #isStopped = false;
  #endPause = () => {};

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Truncates the log by the policy, unless a check is in flight. Throws the errors of the store. */
  async check(): Promise<void> {
    if (this.#inFlight !== undefined) return;
    this.#inFlight = this.#check().finally(() => {
      this.#inFlight = undefined;
    });
    await this.#inFlight;
  }

  /**
   * Removes all entries before id `before`, at most up to the head, from the store. Works in steps, because senders
   * wait for each commit. Throws the errors of the store.
   */
  async truncate(before: number): Promise<void> {
    const { store, bus, stopwatch = systemStopwatch } = this.#parts;
    let state = await store.state();
    const { logId } = state;
    const end = Math.min(before, state.headId + 1);
    if (end <= state.oldestId) return;
    // The nodes are notified first, so that a reader of the oldest entries gets one gap, and not one after every step.
    bus.publish({ kind: "truncated", logId, oldestId: end });
    // If the log regresses in the meantime, `before` is not an id of the new log.
    for (let id = state.oldestId; id < end && state.logId === logId && !this.#isStopped; ) {
      // Another node may be truncating too, and may have removed more.
      id = Math.min(Math.max(id, state.oldestId) + STEP_ENTRIES, end);
      const began = stopwatch();
      await store.truncate(id);
      if (id === end) return;
      // Between two steps, senders have the store for as long as a step takes.
      await this.#pause(stopwatch() - began);
      state = await store.state(state);
    }
  }

  /** Ends checks and truncations after the step in flight; resolves when the check in flight has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endPause();
    await this.#inFlight?.catch(() => {});
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#endPause = resolve;
    await promise;
    clearTimeout(timer);
  }

  async #check(): Promise<void> {
    const { store, policy, clock } = this.#parts;
    if (this.#isStopped || (policy.maxAgeMs === 0 && policy.maxMessages === 0)) return;
    const state = await store.state();
    const tooMany = policy.maxMessages === 0 ? 0 : state.headId - policy.maxMessages + 1;
    const now = policy.maxAgeMs === 0 ? undefined : clock();
    const tooOld = now === undefined ? 0 : await this.#firstSince(now - policy.maxAgeMs, state);
    await this.truncate(Math.max(tooMany, tooOld));
  }

  /**
   * The id of the first entry of the time `time` or later; the id of the next entry if there is none. Times
   * never fall as ids grow, so this is a binary search in the log.
   */
  async #firstSince(time: number, { oldestId, headId }: LogState): Promise<number> {
    const isBefore = async (id: number) => {
      const [entry] = await this.#parts.store.read(id, id);
      return entry === undefined || timeOf(entry) < time;
    };
    // Nearly always no entry has become too old since the last check.
    if (!(await isBefore(oldestId))) return oldestId;
    let low = oldestId;
    let high = headId + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (await isBefore(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
