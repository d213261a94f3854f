import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import type { SessionStore } from "./ports/sessionStore.ts";

/**
 * How long a revoked session is kept at least, in milliseconds: a call that was authenticated just before the
 * revocation has opened its stream by then.
 */
const KEEP_MS = 60_000;

/**
 * The most sessions that are kept: one account can end any number of its sessions at once. The poll of the store finds
 * those that are not kept.
 */
const MAX_KEPT = 10_000;

/** Knows which sessions were revoked, and asks the store for more: a stream must end soon after its session. */
export class RevokedSessions {
  readonly #sessions: SessionStore;
  readonly #pollIntervalMs: number;
  /** When each session was added last, by the stopwatch; in the order in which they were added first. */
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

  get size(): number {
    return this.#revokedAt.size;
  }

  /** Whether a session was revoked in the last minute. May be true for longer. */
  has(sessionId: number): boolean {
    return this.#revokedAt.has(sessionId);
  }

  /**
   * The given sessions that the store no longer has. If the last poll was too recent, the store is not asked, and the
   * result is empty. Throws `StoreUnavailable`.
   */
  async poll(sessionIds: () => Iterable<number>): Promise<number[]> {
    const now = this.#stopwatch();
    if (now - this.#polledAt < this.#pollIntervalMs) return [];
    this.#polledAt = now;
    const open = [...new Set(sessionIds())];
    return open.length === 0 ? [] : this.#sessions.ended(open);
  }
}
