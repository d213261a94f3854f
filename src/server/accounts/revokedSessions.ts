import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import type { SessionStore } from "./ports/sessionStore.ts";

/** How long an ended session is remembered, in milliseconds: a call that was authenticated just before has come by then. */
const REMEMBER = 60_000;

/**
 * How many are remembered: the rest is found out when the store is asked. An account can end any number of sessions at
 * once.
 */
const MAX_REMEMBERED = 10_000;

/** Knows which sessions have ended, by hints and by asking, so that no stream outlives its own. */
export class RevokedSessions {
  readonly #sessions: SessionStore;
  readonly #interval: number;
  /** When it was heard of, of the stopwatch; the oldest first. */
  readonly #ended = new Map<number, number>();
  readonly #stopwatch: Stopwatch;
  #polledAt: number;

  /** `interval`: how often the store is asked at most, in milliseconds. */
  constructor(sessions: SessionStore, interval: number, stopwatch = systemStopwatch) {
    this.#sessions = sessions;
    this.#interval = interval;
    this.#stopwatch = stopwatch;
    this.#polledAt = stopwatch();
  }

  /** Sessions have ended. */
  add(sessionIds: readonly number[]): void {
    const now = this.#stopwatch();
    for (const [id, at] of this.#ended) {
      if (now - at < REMEMBER) break;
      this.#ended.delete(id);
    }
    for (const id of sessionIds.slice(-MAX_REMEMBERED)) this.#ended.set(id, now);
    for (const id of this.#ended.keys()) {
      if (this.#ended.size <= MAX_REMEMBERED) break;
      this.#ended.delete(id);
    }
  }

  /** How many ended sessions are remembered. */
  get size(): number {
    return this.#ended.size;
  }

  /** Whether a session is known to have ended lately. */
  has(sessionId: number): boolean {
    return this.#ended.has(sessionId);
  }

  /** Those of the sessions that the store has no more; asks only every now and then. Throws `StoreUnavailable`. */
  async poll(sessionIds: () => Iterable<number>): Promise<number[]> {
    const now = this.#stopwatch();
    if (now - this.#polledAt < this.#interval) return [];
    this.#polledAt = now;
    const open = [...new Set(sessionIds())];
    return open.length === 0 ? [] : this.#sessions.ended(open);
  }
}
