import type { Session } from "../accounts/ports/sessionStore.ts";
import { RETRY_SOON_MS } from "../common/refusal.ts";
import { SerialQueue } from "../common/serialQueue.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import type { Online, Roster } from "./ports/roster.ts";

/**
 * How a stream ended. `left`: the client half-closed or logged out, so there is no grace. `broke-off`: the connection
 * was lost, the client cancelled, or the server ended the stream.
 */
export type LeaveKind = "left" | "broke-off";

/**
 * The state of a user in the roster, as far as this node knows:
 * - `absent`: no `arrive` has succeeded since the last `leave`.
 * - `arriving`: `arrive` is in flight.
 * - `present`: `arrive` has resolved.
 * - `stale`: like `present` or `arriving`, but a session has joined since. Another node may have removed the account
 *   from the roster together with its earlier sessions, so `arrive` must be called again.
 */
type RosterState = "absent" | "arriving" | "present" | "stale";

/** A session that keeps its user online: it has joined streams, or a grace after a stream that broke off. */
interface LocalSession {
  /** The number of joined streams. */
  streams: number;
  /** When the grace ends, by the stopwatch; `undefined`: there is none. */
  graceUntil: number | undefined;
}

/** An account that is online on this node, or that must still be removed from the roster. */
interface LocalUser {
  readonly accountId: number;
  readonly username: string;
  /** By their ids. The user is online while the map has a session. */
  readonly sessions: Map<number, LocalSession>;
  /** Fires when the next grace ends, or when a failed call to the roster is repeated. */
  timer: NodeJS.Timeout | undefined;
  rosterState: RosterState;
  /** Makes the calls to the roster one after the other. */
  readonly rosterCalls: SerialQueue;
}

/** Stands for the sessions that a user had before the start of the server. No session has this id. */
const BEFORE_START = 0;

/**
 * The users who are online on this node: an account is online while one of its streams is joined, and during the grace
 * after one broke off. Updates the roster, and calls `onRosterChanged` when that has changed the roster.
 */
export class LocalPresence {
  readonly #roster: Roster;
  readonly #onRosterChanged: () => void;
  readonly #graceMs: number;
  readonly #clock: () => number;
  readonly #stopwatch: Stopwatch;
  /** By account. */
  readonly #users = new Map<number, LocalUser>();
  readonly #userOfSession = new Map<number, LocalUser>();
  #isStopped = false;

  /** `clock`: milliseconds since the epoch, for `Online.since`. */
  constructor(
    roster: Roster,
    onRosterChanged: () => void,
    options: { graceMs: number; clock: () => number; stopwatch: Stopwatch },
  ) {
    this.#roster = roster;
    this.#onRosterChanged = onRosterChanged;
    this.#graceMs = options.graceMs;
    this.#clock = options.clock;
    this.#stopwatch = options.stopwatch;
  }

  /**
   * Gives a grace to the users who were online when the server ended, because their clients are about to reconnect.
   * Call this before any stream joins.
   */
  expectReturning(users: readonly Online[], graceMs: number): void {
    for (const online of users) {
      const user = this.#userOf(online);
      user.rosterState = "present";
      user.sessions.set(BEFORE_START, { streams: 0, graceUntil: this.#stopwatch() + graceMs });
      this.#endGraces(user);
    }
  }

  /**
   * A stream of a session joins; resolves when its user is online. After `StoreUnavailable` the caller must still call
   * `leave`.
   */
  async join({ id, accountId, username }: Session): Promise<void> {
    const user = this.#userOf({ accountId, username });
    let session = user.sessions.get(id);
    if (session === undefined) {
      session = { streams: 0, graceUntil: undefined };
      user.sessions.set(id, session);
      this.#userOfSession.set(id, user);
      if (user.rosterState !== "absent") user.rosterState = "stale";
    }
    session.streams += 1;
    await this.#update(user);
  }

  /**
   * A joined stream of a session has ended; resolves when the roster is up to date. After `StoreUnavailable` a timer
   * repeats the call to the roster.
   */
  async leave({ id, accountId }: Session, kind: LeaveKind): Promise<void> {
    const user = this.#users.get(accountId);
    const session = user?.sessions.get(id);
    if (user === undefined || session === undefined || session.streams === 0) return;
    session.streams -= 1;
    if (kind === "broke-off") session.graceUntil = this.#stopwatch() + this.#graceMs;
    if (session.streams === 0 && session.graceUntil === undefined) this.#remove(user, id);
    await this.#update(user);
  }

  /** A session was logged out: its streams and its grace no longer keep its user online. */
  async revoke(sessionId: number): Promise<void> {
    const user = this.#userOfSession.get(sessionId);
    if (user === undefined) return;
    this.#remove(user, sessionId);
    await this.#update(user);
  }

  /** A session of an account was logged out: the grace that `expectReturning` gave the account ends. */
  async revokeBeforeStart(accountId: number): Promise<void> {
    const user = this.#users.get(accountId);
    if (user?.sessions.delete(BEFORE_START)) await this.#update(user);
  }

  /** From now on no grace ends: the server is being stopped, and its users get a new grace after the next start. */
  stop(): void {
    this.#isStopped = true;
    for (const user of this.#users.values()) clearTimeout(user.timer);
  }

  #userOf({ accountId, username }: Pick<Session, "accountId" | "username">): LocalUser {
    let user = this.#users.get(accountId);
    if (user === undefined) {
      user = {
        accountId,
        username,
        sessions: new Map(),
        timer: undefined,
        rosterState: "absent",
        rosterCalls: new SerialQueue(),
      };
      this.#users.set(accountId, user);
    }
    return user;
  }

  #remove(user: LocalUser, sessionId: number): void {
    user.sessions.delete(sessionId);
    this.#userOfSession.delete(sessionId);
  }

  async #update(user: LocalUser): Promise<void> {
    this.#endGraces(user);
    try {
      await user.rosterCalls.run(() => this.#syncRoster(user));
    } catch (error) {
      // Perhaps no other event comes that updates the roster.
      this.#updateIn(user, RETRY_SOON_MS);
      throw error;
    }
  }

  /** Ends the graces that are over, and sets the timer for the next one. */
  #endGraces(user: LocalUser): void {
    clearTimeout(user.timer);
    if (this.#isStopped) return;
    const now = this.#stopwatch();
    let next = Number.POSITIVE_INFINITY;
    for (const [sessionId, session] of user.sessions) {
      if (session.graceUntil === undefined) continue;
      if (session.graceUntil > now) next = Math.min(next, session.graceUntil);
      else if (session.streams > 0) session.graceUntil = undefined;
      else this.#remove(user, sessionId);
    }
    if (next !== Number.POSITIVE_INFINITY) this.#updateIn(user, next - now);
  }

  #updateIn(user: LocalUser, delayMs: number): void {
    clearTimeout(user.timer);
    user.timer = setTimeout(() => {
      this.#update(user).catch(() => {});
    }, delayMs);
    user.timer.unref();
  }

  /** Makes the roster agree with the sessions of a user. Only one call for each user is in flight. */
  async #syncRoster(user: LocalUser): Promise<void> {
    if (user.sessions.size > 0) {
      if (user.rosterState !== "present") await this.#arrive(user);
      return;
    }
    if (user.rosterState !== "absent") await this.#leave(user);
    if (user.sessions.size === 0 && this.#users.get(user.accountId) === user) this.#users.delete(user.accountId);
  }

  async #arrive(user: LocalUser): Promise<void> {
    const { accountId, username, rosterState: before } = user;
    user.rosterState = "arriving";
    let changed = false;
    try {
      changed = await this.#roster.arrive({ accountId, username, since: this.#clock() });
    } catch (error) {
      user.rosterState = before;
      throw error;
    }
    // Otherwise a session has joined during the call, and the state is `stale`.
    if (user.rosterState === "arriving") user.rosterState = "present";
    if (changed) this.#onRosterChanged();
  }

  async #leave(user: LocalUser): Promise<void> {
    const changed = await this.#roster.leave(user.accountId);
    user.rosterState = "absent";
    if (changed) this.#onRosterChanged();
  }
}
