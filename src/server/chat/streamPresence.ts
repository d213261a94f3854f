import type { Session } from "../accounts/ports/sessionStore.ts";
import type { LeaveKind, LocalPresence } from "../presence/localPresence.ts";
import type { PresenceFeed } from "../presence/presenceFeed.ts";

/** The presence of one stream: it joins once, and leaves at most once. */
export class StreamPresence {
  readonly #session: Session;
  readonly #presence: LocalPresence;
  readonly #feed: PresenceFeed;
  readonly #report: (error: unknown) => void;
  #isPresent = false;

  constructor(
    session: Session,
    parts: { presence: LocalPresence; feed: PresenceFeed; report: (error: unknown) => void },
  ) {
    this.#session = session;
    this.#presence = parts.presence;
    this.#feed = parts.feed;
    this.#report = parts.report;
  }

  /** Puts the session online. Throws `StoreUnavailable`; then the session has left again. */
  async join(): Promise<void> {
    this.#isPresent = true;
    const joined = this.#presence.join(this.#session).catch(async (error) => {
      // If the stream ended in the meantime, it has left already, and must not leave twice.
      const wasPresent = this.#isPresent;
      this.#isPresent = false;
      if (wasPresent) await this.#presence.leave(this.#session, "left").catch(() => {});
      throw error;
    });
    // The stream is told of changes after this poll. `List` answers for the changes before it.
    await Promise.all([joined, this.#feed.poll()]);
  }

  /** Takes the session offline, if this stream has put it online. Never throws. */
  leave(kind: LeaveKind): void {
    if (!this.#isPresent) return;
    this.#isPresent = false;
    this.#presence.leave(this.#session, kind).catch(this.#report);
  }
}
