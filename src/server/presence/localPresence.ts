import type { Session } from "../accounts/ports/sessionStore.ts";
import { RETRY_SOON } from "../common/refusal.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import type { Online, Roster } from "./ports/roster.ts";

/** How a stream ended, for those who ask who is online. */
export type LeaveKind = "left" | "broke-off";

interface LocalUser {
  readonly accountId: number;
  readonly username: string;
  /** Joined streams, by session. */
  readonly streams: Map<number, number>;
  /** When the grace of a session ends, whose streams broke off; of the stopwatch. */
  readonly graces: Map<number, number>;
  timer: NodeJS.Timeout | undefined;
  /** Whether the roster has been told. */
  isOnRoster: boolean;
  /** A session has come since: another node may have taken the account off the roster, with the sessions that it had before. */
  hasNewSession: boolean;
  /** The end of what the roster is being told; its calls must not overtake one another. */
  rosterCalls: Promise<void>;
}

/** Stands for the sessions that somebody had before the server was started: it is no session's id. */
const BEFORE_START = 0;

/**
 * Who is online on this node: an account is here while a stream of it is joined, and for its grace after one broke off. Tells the
 * roster when that changes, and calls `onRosterChanged` if the roster changed with it.
 */
export class LocalPresence {
  readonly #roster: Roster;
  readonly #onRosterChanged: () => void;
  readonly #grace: number;
  readonly #clock: () => number;
  readonly #stopwatch: Stopwatch;
  readonly #users = new Map<number, LocalUser>();
  #isStopped = false;

  /** `clock`: milliseconds since the epoch, for since when somebody is online. */
  constructor(
    roster: Roster,
    onRosterChanged: () => void,
    options: { grace: number; clock: () => number; stopwatch: Stopwatch },
  ) {
    this.#roster = roster;
    this.#onRosterChanged = onRosterChanged;
    this.#grace = options.grace;
    this.#clock = options.clock;
    this.#stopwatch = options.stopwatch;
  }

  /**
   * Those who were online when the server ended, in whatever way, are within a grace of so many milliseconds: their
   * clients are about to come back. To be called before any of them joins.
   */
  expect(people: readonly Online[], grace: number): void {
    for (const person of people) {
      const here = this.#userOf(person);
      here.isOnRoster = true;
      here.graces.set(BEFORE_START, this.#stopwatch() + grace);
      this.#endGraces(here);
    }
  }

  /** A stream of a session joins; resolves when its user is online. Throws `StoreUnavailable`; then it is to `leave` again. */
  async join(session: Session): Promise<void> {
    const here = this.#userOf(session);
    if (!here.streams.has(session.id) && !here.graces.has(session.id)) here.hasNewSession = true;
    here.streams.set(session.id, (here.streams.get(session.id) ?? 0) + 1);
    await this.#update(here);
  }

  /** A joined stream of a session has ended; resolves when that shows. */
  async leave(session: Session, leaving: LeaveKind): Promise<void> {
    const here = this.#users.get(session.accountId);
    const streams = here?.streams.get(session.id);
    if (here === undefined || streams === undefined) return;
    if (streams > 1) here.streams.set(session.id, streams - 1);
    else here.streams.delete(session.id);
    if (leaving === "broke-off") here.graces.set(session.id, this.#stopwatch() + this.#grace);
    await this.#update(here);
  }

  /** A session was logged out: its streams, and those that broke off, no longer count. */
  async revoke(sessionId: number): Promise<void> {
    await Promise.all(
      [...this.#users.values()]
        .filter((here) => here.streams.has(sessionId) || here.graces.has(sessionId))
        .map((here) => {
          here.streams.delete(sessionId);
          here.graces.delete(sessionId);
          return this.#update(here);
        }),
    );
  }

  /** A session of an account was logged out: whatever it had before the server was started no longer makes it online. */
  async forgetBeforeStart(accountId: number): Promise<void> {
    const here = this.#users.get(accountId);
    if (here?.graces.delete(BEFORE_START)) await this.#update(here);
  }

  /** Ends no more graces: the server is being stopped, and those within theirs have theirs anew after its start. */
  stop(): void {
    this.#isStopped = true;
    for (const here of this.#users.values()) clearTimeout(here.timer);
  }

  #userOf({ accountId, username }: Pick<Session, "accountId" | "username">): LocalUser {
    let here = this.#users.get(accountId);
    if (here === undefined) {
      here = {
        accountId,
        username,
        streams: new Map(),
        graces: new Map(),
        timer: undefined,
        isOnRoster: false,
        hasNewSession: false,
        rosterCalls: Promise.resolve(),
      };
      this.#users.set(accountId, here);
    }
    return here;
  }

  #isOnline(here: LocalUser): boolean {
    return here.streams.size > 0 || here.graces.size > 0;
  }

  async #update(here: LocalUser): Promise<void> {
    this.#endGraces(here);
    const told = here.rosterCalls.then(() => this.#syncRoster(here));
    here.rosterCalls = told.catch(() => this.#updateLater(here));
    await told;
  }

  /** The roster could not be told: nobody else will come by to tell it. */
  #updateLater(here: LocalUser): void {
    this.#settleIn(here, RETRY_SOON);
  }

  /** Drops graces that are over, and comes back when the next one is. */
  #endGraces(here: LocalUser): void {
    clearTimeout(here.timer);
    if (this.#isStopped) return;
    const now = this.#stopwatch();
    let next = Number.POSITIVE_INFINITY;
    for (const [sessionId, until] of here.graces) {
      if (until <= now) here.graces.delete(sessionId);
      else next = Math.min(next, until);
    }
    if (next !== Number.POSITIVE_INFINITY) this.#settleIn(here, next - now);
  }

  #settleIn(here: LocalUser, ms: number): void {
    clearTimeout(here.timer);
    here.timer = setTimeout(() => {
      this.#update(here).catch(() => {});
    }, ms);
    here.timer.unref();
  }

  async #syncRoster(here: LocalUser): Promise<void> {
    const online = this.#isOnline(here);
    if (online === here.isOnRoster && !(online && here.hasNewSession)) {
      if (!online && this.#users.get(here.accountId) === here) this.#users.delete(here.accountId);
      return;
    }
    const { accountId, username } = here;
    here.hasNewSession = false;
    const changed = online
      ? await this.#roster.arrive({ accountId, username, since: this.#clock() })
      : await this.#roster.leave(accountId);
    here.isOnRoster = online;
    if (!online && !this.#isOnline(here)) this.#users.delete(accountId);
    if (changed) this.#onRosterChanged();
  }
}
