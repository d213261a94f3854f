import type { Timings } from "../common/limits.ts";
import { Refusal, sessionInvalid } from "../common/refusal.ts";
import type { SteadyClock } from "../common/steadyClock.ts";
import {
  foldUsername,
  isPassword,
  isUsername,
  normalizePassword,
  passwordInvalid,
  usernameInvalid,
} from "./credentials.ts";
import type { LoginThrottle } from "./loginThrottle.ts";
import type { Account, AccountStore } from "./ports/accountStore.ts";
import type { Secrets } from "./ports/secrets.ts";
import type { Session, SessionStore } from "./ports/sessionStore.ts";

/** The ports that sign-in uses. */
export interface SignInStores {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly secrets: Secrets;
}

/** A new session, and its token. */
export interface SignedIn {
  readonly token: string;
  readonly session: Session;
}

/** A name and a password as a client sent them. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * How often a use of a session is stored at most within its idle time, because each is a write. With the default idle
 * time of 7 days this is once an hour.
 */
const MAX_TOUCHES_PER_IDLE_TIME = 168;
/** The clocks of several servers differ by less than this, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 60 * 60 * 1_000;

/**
 * Registration, sign-in and sessions. Async methods may throw `StoreUnavailable`; those that write may also throw
 * `OutcomeUnknown`.
 */
export class SignIn {
  readonly #stores: SignInStores;
  readonly #throttle: LoginThrottle;
  readonly #timings: Pick<Timings, "sessionLifetimeMs" | "sessionIdleMs">;
  readonly #clock: SteadyClock;
  /** Sessions that were used since the last `flushTouches`. */
  readonly #used = new Set<number>();

  constructor(
    stores: SignInStores,
    options: {
      throttle: LoginThrottle;
      timings: Pick<Timings, "sessionLifetimeMs" | "sessionIdleMs">;
      clock: SteadyClock;
    },
  ) {
    this.#stores = stores;
    this.#throttle = options.throttle;
    this.#timings = options.timings;
    this.#clock = options.clock;
  }

  /**
   * Creates an account and signs in. Refusals: `USERNAME_INVALID`, `PASSWORD_INVALID`, `USERNAME_TAKEN`, `OVERLOADED`.
   */
  async register(credentials: Credentials): Promise<SignedIn> {
    const { accounts, secrets } = this.#stores;
    const username = foldUsername(credentials.username);
    if (!isUsername(username)) throw usernameInvalid();
    const password = normalizePassword(credentials.password);
    if (!isPassword(password)) throw passwordInvalid(password);
    if ((await accounts.find(username)) !== undefined) throw usernameTaken(username);
    const passwordHash = await secrets.hashPassword(password);
    const account = await accounts.create(username, passwordHash, this.#clock.now);
    if (account === undefined) throw usernameTaken(username);
    return this.#open(account);
  }

  /**
   * Signs in. Refusals: `BAD_CREDENTIALS`, `TOO_MANY_ATTEMPTS`, `OVERLOADED`. `address`: the client's, for the
   * throttle.
   */
  async login(credentials: Credentials, address: string): Promise<SignedIn> {
    const username = foldUsername(credentials.username);
    const normalized = normalizePassword(credentials.password);
    const isPossible = isUsername(username) && isPassword(normalized);
    // A text that cannot be a password is verified as if it were empty: that takes as long as for any wrong password.
    const password = isPossible ? normalized : "";
    // A name that cannot be a username has no account to protect, and must not fill the throttle's memory.
    const account = isUsername(username)
      ? await this.#throttle.attempt(`${username} ${address}`, () => this.#verify(username, password, isPossible))
      : await this.#verify(username, password, false);
    if (account === undefined) throw badCredentials();
    return this.#open(account);
  }

  /** The session of a token. Refusal: `SESSION_INVALID`. */
  async authenticate(token: string | undefined): Promise<Session> {
    if (token === undefined || token === "") throw new Refusal("SESSION_INVALID", "This call needs a token.");
    const session = await this.#stores.sessions.find(this.#stores.secrets.digest(token));
    const { earlier, later } = this.#clock.read();
    if (session === undefined) throw sessionInvalid();
    const { expiresAt, lastUsedAt } = session;
    // A jump of the clock must not end a session, so only a session that has expired by the earlier reading is refused.
    if (expiresAt <= earlier || lastUsedAt + this.#timings.sessionIdleMs <= earlier) throw sessionInvalid();
    this.markUsed(session.id, lastUsedAt, later);
    return session;
  }

  /** Ends a session, or all sessions of its account; resolves with the ids of the ended sessions. */
  async logout(session: Session, everywhere: boolean): Promise<number[]> {
    return this.#stores.sessions.end(session.id, everywhere);
  }

  /**
   * Notes that a session is in use at `now`. `lastUsedAt`: the last use that is stored. Returns whether the next
   * `flushTouches` stores this use: a use soon after the stored one is not stored.
   */
  markUsed(sessionId: number, lastUsedAt: number, now: number): boolean {
    if (now - lastUsedAt < this.#timings.sessionIdleMs / MAX_TOUCHES_PER_IDLE_TIME) return false;
    this.#used.add(sessionId);
    return true;
  }

  /** Stores that the sessions of `markUsed` were used. If that fails, the next call tries again. */
  async flushTouches(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used];
    this.#used.clear();
    try {
      await this.#stores.sessions.touch(used, this.#clock.read().later);
    } catch (error) {
      // The stream marks the next use only after an hour. A session may expire in this time, although it is in use.
      for (const sessionId of used) this.#used.add(sessionId);
      throw error;
    }
  }

  /**
   * Deletes the expired sessions. Lowers expiries and last uses that are too late because a clock was ahead when it
   * stored them. Call this only while the clock is settled, because a deleted session cannot be restored.
   */
  async purgeExpired(): Promise<void> {
    const { sessions } = this.#stores;
    const { sessionIdleMs, sessionLifetimeMs } = this.#timings;
    const now = this.#clock.read().earlier;
    await sessions.purge(now, now - sessionIdleMs);
    await sessions.cap(now + CLOCK_DIFFERENCE_MS, now + sessionLifetimeMs + CLOCK_DIFFERENCE_MS);
  }

  /** The account, if the password is right. Takes the same time if there is no such account. */
  async #verify(username: string, password: string, isPossible: boolean): Promise<Account | undefined> {
    const { accounts, secrets } = this.#stores;
    const account = isPossible ? await accounts.find(username) : undefined;
    const isRight = await secrets.verifyPassword(account?.passwordHash, password);
    if (!isRight || account === undefined) return undefined;
    // If the rehash fails, the sign-in still succeeds, and the next one tries again.
    if (secrets.isOutdated(account.passwordHash)) await this.#rehash(account, password).catch(() => {});
    return account;
  }

  async #rehash(account: Account, password: string): Promise<void> {
    const { accounts, secrets } = this.#stores;
    await accounts.setPasswordHash(account.id, await secrets.hashPassword(password));
  }

  async #open(account: Account): Promise<SignedIn> {
    const { sessions, secrets } = this.#stores;
    const token = secrets.newToken();
    const { earlier, later } = this.#clock.read();
    const session = await sessions.open({
      tokenHash: secrets.digest(token),
      accountId: account.id,
      at: later,
      expiresAt: earlier + this.#timings.sessionLifetimeMs,
    });
    return { token, session };
  }
}

function usernameTaken(username: string): Refusal {
  return new Refusal(
    "USERNAME_TAKEN",
    `The name ${JSON.stringify(username)} is taken: choose another one, or log in.`,
    {
      field: "username",
    },
  );
}

function badCredentials(): Refusal {
  return new Refusal("BAD_CREDENTIALS", "No account has this name and password.");
}
