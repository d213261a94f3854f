import type { Session } from "../accounts/ports/sessionStore.ts";
import type { LeaveKind, LocalPresence } from "../presence/localPresence.ts";
import type { PresenceFeed } from "../presence/presenceFeed.ts";

/** The presence of one stream, which joins and leaves at most once. */
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

  /** Puts the user online. Throws `StoreUnavailable`; then the stream has left again. */
  async join(): Promise<void> {
    this.#isPresent = true;
    const joined = this.#presence.join(this.#session).catch(async (error) => {
      // If the stream ended in the meantime, it has left already, and must not leave twice.
      const wasPresent = this.#isPresent;
      this.#isPresent = false;
      if (wasPresent) await this.#presence.leave(this.#session, "left").catch(() => {});
      throw error;
    });
    // The change feed gives this stream the changes after this poll. `List` shows the result of those before.
    await Promise.all([joined, this.#feed.poll()]);
  }

  /** Ends the presence of this stream, if it has joined and not left. Never throws. */
  leave(kind: LeaveKind): void {
    if (!this.#isPresent) return;
    this.#isPresent = false;
    this.#presence.leave(this.#session, kind).catch(this.#report);
  }
}
