import type { RetentionPolicy } from "../common/limits.ts";
import type { Bus } from "./ports/bus.ts";
import type { LogState, LogStore } from "./ports/logStore.ts";

/** What retention works with. */
export interface RetentionParts {
  readonly store: LogStore;
  readonly bus: Bus;
  readonly policy: RetentionPolicy;
  /** Milliseconds since the epoch; `undefined`: the clock is not settled, and no message is old by it. */
  readonly clock: () => number | undefined;
}

/** Messages truncated in one commit; senders wait for it. Measured: 8 to 15 ms (docs/decisions/0014-retention.md). */
const STEP = 250;

/** Keeps the log as short as the operator wants it. */
export class Retention {
  readonly #parts: RetentionParts;
  #underWay: Promise<void> | undefined;
  #isStopped = false;
  #endRest = () => {};

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Forgets what is not to be kept any longer, unless that is under way already. Throws what the store throws. */
  async check(): Promise<void> {
    if (this.#underWay !== undefined) return;
    this.#underWay = this.#look().finally(() => {
      this.#underWay = undefined;
    });
    await this.#underWay;
  }

  /**
   * Makes the store forget all messages before `before`, at most up to the head. In steps: a commit that forgets a million messages
   * would make every sender wait for it.
   */
  async truncate(before: number): Promise<void> {
    const { store, bus } = this.#parts;
    let state = await store.state();
    const { logId } = state;
    const end = Math.min(before, state.headId + 1);
    if (end <= state.oldestId) return;
    // Nobody reads any more what is about to go: a reader that is behind is told of one gap, and not of one after every step.
    bus.publish({ kind: "truncated", logId, oldestId: end });
    // Where the log has gone back, what was to be forgotten says nothing about the new one.
    for (let id = state.oldestId; id < end && state.logId === logId && !this.#isStopped; ) {
      // Another node may be at it too, and further.
      id = Math.min(Math.max(id, state.oldestId) + STEP, end);
      const began = performance.now();
      await store.truncate(id);
      if (id === end) return;
      // Senders get as much of the store as this does.
      await this.#rest(performance.now() - began);
      state = await store.state(state);
    }
  }

  /** Looks no more; resolves when no step is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endRest();
    await this.#underWay?.catch(() => {});
  }

  async #rest(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#endRest = resolve;
    await promise;
    clearTimeout(timer);
  }

  async #look(): Promise<void> {
    const { store, policy, clock } = this.#parts;
    if (this.#isStopped || (policy.maxAgeMs === 0 && policy.maxMessages === 0)) return;
    const state = await store.state();
    const tooMany = policy.maxMessages === 0 ? 0 : state.headId - policy.maxMessages + 1;
    const now = policy.maxAgeMs === 0 ? undefined : clock();
    const tooOld = now === undefined ? 0 : await this.#firstSince(now - policy.maxAgeMs, state);
    await this.truncate(Math.max(tooMany, tooOld));
  }

  /**
   * The id of the first message of that time or later; of the next one where there is none. Times never fall as ids grow, so
   * the log itself is the index: what lies between is halved.
   */
  async #firstSince(time: number, { oldestId, headId }: LogState): Promise<number> {
    const isBefore = async (id: number) => {
      const [message] = await this.#parts.store.read(id, id);
      return message === undefined || message.sentAt < time;
    };
    // Nearly always nothing has grown too old since the last look.
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
