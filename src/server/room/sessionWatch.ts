import type { SessionStore } from "./ports/sessions.ts";

/** How often the store is asked which sessions of open streams have ended, in milliseconds: a hint may be lost. */
const ASK = 5_000;
/** How long an ended session is remembered, in milliseconds: a call that was authenticated just before has come by then. */
const REMEMBER = 60_000;

/** Knows which sessions have ended, by hints and by asking, so that no stream outlives its own. */
export class SessionWatch {
  readonly #sessions: SessionStore;
  /** When it was heard of, in milliseconds of `performance.now`; the oldest first. */
  readonly #ended = new Map<number, number>();
  #askedAt = performance.now();

  constructor(sessions: SessionStore) {
    this.#sessions = sessions;
  }

  /** Sessions have ended. */
  note(sessionIds: readonly number[]): void {
    const now = performance.now();
    for (const [id, at] of this.#ended) {
      if (now - at < REMEMBER) break;
      this.#ended.delete(id);
    }
    for (const id of sessionIds) this.#ended.set(id, now);
  }

  /** Whether a session is known to have ended lately. */
  hasEnded(sessionId: number): boolean {
    return this.#ended.has(sessionId);
  }

  /** Those of the sessions that the store has no more; asks only every now and then. Throws `StoreUnavailable`. */
  async ask(sessionIds: () => Iterable<number>): Promise<number[]> {
    const now = performance.now();
    if (now - this.#askedAt < ASK) return [];
    this.#askedAt = now;
    const open = [...new Set(sessionIds())];
    return open.length === 0 ? [] : this.#sessions.ended(open);
  }
}
