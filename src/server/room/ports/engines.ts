import type { AccountStore } from "./accounts.ts";
import type { FailedLoginStore } from "./attempts.ts";
import type { Bus } from "./bus.ts";
import type { ClockMark } from "./clockMark.ts";
import type { LogStore } from "./log.ts";
import type { Roster } from "./roster.ts";
import type { Secrets } from "./secrets.ts";
import type { SessionStore } from "./sessions.ts";

/** What the room stands on. */
export interface Engines {
  readonly log: LogStore;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly roster: Roster;
  readonly failedLogins: FailedLoginStore;
  readonly clockMark: ClockMark;
  readonly bus: Bus;
  readonly secrets: Secrets;
}

/** The store did not do what it was asked, and surely changed nothing. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** The store went away in the middle of a commit: it may have happened, or may yet. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}
