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

/** The ports that signing in needs. */
export interface SignInStores {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly secrets: Secrets;
}

/** A session that has just begun, and its secret. */
export interface SignedIn {
  readonly token: string;
  readonly session: Session;
}

/** What comes in beside the name and the password. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A session is noted as used no more often than this many times in its idle time: each note is a write. */
const TOUCHES_PER_IDLE_TIME = 168;
/** By how much the clocks of several servers may differ, amply; in milliseconds. */
const SLACK = 60 * 60 * 1_000;

/** Accounts and sessions: who somebody is, and how they show it. Any of it may throw `StoreUnavailable`. */
export class SignIn {
  readonly #engines: SignInStores;
  readonly #throttle: LoginThrottle;
  readonly #timings: Pick<Timings, "sessionLifetimeMs" | "sessionIdleMs">;
  readonly #clock: SteadyClock;
  readonly #used = new Set<number>();

  constructor(
    engines: SignInStores,
    options: {
      gate: LoginThrottle;
      timings: Pick<Timings, "sessionLifetimeMs" | "sessionIdleMs">;
      clock: SteadyClock;
    },
  ) {
    this.#engines = engines;
    this.#throttle = options.gate;
    this.#timings = options.timings;
    this.#clock = options.clock;
  }

  /** Creates an account and signs in. Refusals: `USERNAME_INVALID`, `PASSWORD_INVALID`, `USERNAME_TAKEN`, `OVERLOADED`. */
  async register(credentials: Credentials): Promise<SignedIn> {
    const { accounts, secrets } = this.#engines;
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

  /** Signs in. Refusals: `BAD_CREDENTIALS`, `TOO_MANY_ATTEMPTS`, `OVERLOADED`. `address`: where from, as the gate counts it. */
  async login(credentials: Credentials, address: string): Promise<SignedIn> {
    const username = foldUsername(credentials.username);
    const normalized = normalizePassword(credentials.password);
    const possible = isUsername(username) && isPassword(normalized);
    // What cannot be a password takes as long as a wrong one, however long it is.
    const password = possible ? normalized : "";
    // A name that cannot be one has no account to guess at, and must not fill the gate's memory.
    const account = isUsername(username)
      ? await this.#throttle.attempt(`${username} ${address}`, () => this.#verify(username, password, possible))
      : await this.#verify(username, password, false);
    if (account === undefined) throw badCredentials();
    return this.#open(account);
  }

  /** The session of a token. Refusal: `SESSION_INVALID`. */
  async authenticate(token: string | undefined): Promise<Session> {
    if (token === undefined || token === "")
      throw new Refusal("SESSION_INVALID", 'This call needs a token: send the metadata "authorization: Bearer TOKEN".');
    const session = await this.#engines.sessions.find(this.#engines.secrets.digest(token));
    const { earlier, later } = this.#clock.read();
    if (session === undefined) throw sessionInvalid();
    const { expiresAt, lastUsedAt } = session;
    // A jump of the clock ends no session: one is refused only if it has expired with the jump and without it.
    if (expiresAt <= earlier || lastUsedAt + this.#timings.sessionIdleMs <= earlier) throw sessionInvalid();
    this.markUsed(session.id, lastUsedAt, later);
    return session;
  }

  /** Ends a session, or all sessions of its account; resolves with those that ended. */
  async logout(session: Session, everywhere: boolean): Promise<number[]> {
    return this.#engines.sessions.end(session.id, everywhere);
  }

  /** A session is in use; `notedAt` is when that was noted last. True: it is noted anew. */
  markUsed(sessionId: number, notedAt: number, now: number): boolean {
    if (now - notedAt < this.#timings.sessionIdleMs / TOUCHES_PER_IDLE_TIME) return false;
    this.#used.add(sessionId);
    return true;
  }

  /** Writes down which sessions are in use. */
  async flushTouches(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used];
    this.#used.clear();
    await this.#engines.sessions.touch(used, this.#clock.read().later);
  }

  /**
   * Deletes the sessions that have expired, and corrects what a clock that was ahead has noted of the others. Only for a
   * clock that is settled: a session that is deleted does not come back.
   */
  async purgeExpired(): Promise<void> {
    const { sessions } = this.#engines;
    const { sessionIdleMs: sessionIdle, sessionLifetimeMs: sessionLifetime } = this.#timings;
    const now = this.#clock.read().earlier;
    await sessions.purge(now, now - sessionIdle);
    await sessions.cap(now + SLACK, now + sessionLifetime + SLACK);
  }

  /** The account, if the password is its own. Takes as long where there is none. */
  async #verify(username: string, password: string, possible: boolean): Promise<Account | undefined> {
    const { accounts, secrets } = this.#engines;
    const account = possible ? await accounts.find(username) : undefined;
    const right = await secrets.verifyPassword(account?.passwordHash, password);
    if (!right || account === undefined) return undefined;
    if (secrets.isOutdated(account.passwordHash)) await this.#rehash(account, password).catch(() => {});
    return account;
  }

  /** Whoever calls it lets it fail: the next sign-in tries again, and this one was right all the same. */
  async #rehash(account: Account, password: string): Promise<void> {
    const { accounts, secrets } = this.#engines;
    await accounts.setPasswordHash(account.id, await secrets.hashPassword(password));
  }

  async #open(account: Account): Promise<SignedIn> {
    const { sessions, secrets } = this.#engines;
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
