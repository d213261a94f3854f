import type { Bus } from "./ports/bus.ts";
import type { Roster } from "./ports/roster.ts";
import type { Session } from "./ports/sessions.ts";
import { RETRY_SOON } from "./reasons.ts";

/** How a stream ended, for those who ask who is online. */
export type Leaving = "left" | "broke-off";

interface Here {
  readonly accountId: number;
  readonly username: string;
  /** Joined streams, by session. */
  readonly streams: Map<number, number>;
  /** When the grace of a session ends, whose streams broke off; milliseconds since the epoch. */
  readonly graces: Map<number, number>;
  timer: NodeJS.Timeout | undefined;
  /** Whether the roster has been told. */
  told: boolean;
  /** A session has come since: another node may have taken the account off the roster, with the sessions that it had before. */
  again: boolean;
  /** The end of what the roster is being told; its calls must not overtake one another. */
  telling: Promise<void>;
}

/**
 * Who is online on this node: an account is here while a stream of it is joined, and for its grace after one broke off. Tells the
 * roster when that changes; and where the roster has changed by it, every node by the bus.
 */
export class Presence {
  readonly #roster: Roster;
  readonly #bus: Bus;
  readonly #grace: number;
  readonly #clock: () => number;
  readonly #here = new Map<number, Here>();

  constructor(roster: Roster, bus: Bus, options: { grace: number; clock: () => number }) {
    this.#roster = roster;
    this.#bus = bus;
    this.#grace = options.grace;
    this.#clock = options.clock;
  }

  /** A stream of a session joins; resolves when its user is online. Throws `StoreUnavailable`; then it is to `leave` again. */
  async join(session: Session): Promise<void> {
    const here = this.#of(session);
    if (!here.streams.has(session.id) && !here.graces.has(session.id)) here.again = true;
    here.streams.set(session.id, (here.streams.get(session.id) ?? 0) + 1);
    await this.#settle(here);
  }

  /** A joined stream of a session has ended; resolves when that shows. */
  async leave(session: Session, leaving: Leaving): Promise<void> {
    const here = this.#here.get(session.accountId);
    const streams = here?.streams.get(session.id);
    if (here === undefined || streams === undefined) return;
    if (streams > 1) here.streams.set(session.id, streams - 1);
    else here.streams.delete(session.id);
    if (leaving === "broke-off") here.graces.set(session.id, this.#clock() + this.#grace);
    await this.#settle(here);
  }

  /** A session was logged out: its streams, and those that broke off, no longer count. */
  async forget(sessionId: number): Promise<void> {
    await Promise.all(
      [...this.#here.values()]
        .filter((here) => here.streams.has(sessionId) || here.graces.has(sessionId))
        .map((here) => {
          here.streams.delete(sessionId);
          here.graces.delete(sessionId);
          return this.#settle(here);
        }),
    );
  }

  /** Ends all waiting for graces. */
  stop(): void {
    for (const here of this.#here.values()) clearTimeout(here.timer);
  }

  #of({ accountId, username }: Session): Here {
    let here = this.#here.get(accountId);
    if (here === undefined) {
      here = {
        accountId,
        username,
        streams: new Map(),
        graces: new Map(),
        timer: undefined,
        told: false,
        again: false,
        telling: Promise.resolve(),
      };
      this.#here.set(accountId, here);
    }
    return here;
  }

  #isOnline(here: Here): boolean {
    return here.streams.size > 0 || here.graces.size > 0;
  }

  async #settle(here: Here): Promise<void> {
    this.#endGraces(here);
    const told = here.telling.then(() => this.#tell(here));
    here.telling = told.catch(() => this.#settleLater(here));
    await told;
  }

  /** The roster could not be told: nobody else will come by to tell it. */
  #settleLater(here: Here): void {
    clearTimeout(here.timer);
    here.timer = setTimeout(() => {
      this.#settle(here).catch(() => {});
    }, RETRY_SOON);
    here.timer.unref();
  }

  /** Drops graces that are over, and comes back when the next one is. */
  #endGraces(here: Here): void {
    clearTimeout(here.timer);
    const now = this.#clock();
    let next = Number.POSITIVE_INFINITY;
    for (const [sessionId, until] of here.graces) {
      // A clock that was set back must not keep anybody online for longer than a grace.
      if (until <= now || until > now + this.#grace) here.graces.delete(sessionId);
      else next = Math.min(next, until);
    }
    if (next === Number.POSITIVE_INFINITY) return;
    here.timer = setTimeout(() => {
      this.#settle(here).catch(() => {});
    }, next - now);
    here.timer.unref();
  }

  async #tell(here: Here): Promise<void> {
    const online = this.#isOnline(here);
    if (online === here.told && !(online && here.again)) {
      if (!online && this.#here.get(here.accountId) === here) this.#here.delete(here.accountId);
      return;
    }
    const { accountId, username } = here;
    here.again = false;
    const changed = online
      ? await this.#roster.arrive({ accountId, username, since: this.#clock() })
      : await this.#roster.leave(accountId);
    here.told = online;
    if (!online && !this.#isOnline(here)) this.#here.delete(accountId);
    if (changed) this.#bus.publish({ kind: "presence" });
  }
}
