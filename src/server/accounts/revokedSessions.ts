import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import type { SessionStore } from "./ports/sessionStore.ts";

/**
 * How long a revoked session is kept, in milliseconds: a call that was authenticated just before has opened its stream
 * by then.
 */
const KEEP_MS = 60_000;

/**
 * The most sessions that are kept, because one account can end any number at once. The poll of the store finds the
 * others.
 */
const MAX_KEPT = 10_000;

/** Knows which sessions have ended, from notifications and from the store, so that no stream outlives its session. */
export class RevokedSessions {
  readonly #sessions: SessionStore;
  readonly #pollIntervalMs: number;
  /** By session, when it was added, by the stopwatch; the oldest first. */
  readonly #revokedAt = new Map<number, number>();
  readonly #stopwatch: Stopwatch;
  #polledAt: number;

  /** `pollIntervalMs`: the shortest time between two polls of the store. */
  constructor(sessions: SessionStore, pollIntervalMs: number, stopwatch = systemStopwatch) {
    this.#sessions = sessions;
    this.#pollIntervalMs = pollIntervalMs;
    this.#stopwatch = stopwatch;
    this.#polledAt = stopwatch();
  }

  /** Adds sessions that have ended. */
  add(sessionIds: readonly number[]): void {
    const now = this.#stopwatch();
    for (const [id, at] of this.#revokedAt) {
      if (now - at < KEEP_MS) break;
      this.#revokedAt.delete(id);
    }
    for (const id of sessionIds.slice(-MAX_KEPT)) this.#revokedAt.set(id, now);
    for (const id of this.#revokedAt.keys()) {
      if (this.#revokedAt.size <= MAX_KEPT) break;
      this.#revokedAt.delete(id);
    }
  }

  /** The number of sessions that are kept. */
  get size(): number {
    return this.#revokedAt.size;
  }

  /** Whether a session was revoked lately. */
  has(sessionId: number): boolean {
    return this.#revokedAt.has(sessionId);
  }

  /**
   * The given sessions that the store no longer has; none if the last poll was too recent. Throws `StoreUnavailable`.
   */
  async poll(sessionIds: () => Iterable<number>): Promise<number[]> {
    const now = this.#stopwatch();
    if (now - this.#polledAt < this.#pollIntervalMs) return [];
    this.#polledAt = now;
    const open = [...new Set(sessionIds())];
    return open.length === 0 ? [] : this.#sessions.ended(open);
  }
}
