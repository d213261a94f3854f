import type { AccountStore } from "../accounts/ports/accountStore.ts";
import type { FailedLoginStore } from "../accounts/ports/failedLoginStore.ts";
import type { Bus } from "../log/ports/bus.ts";
import type { ClockMark } from "../common/ports/clockMark.ts";
import type { LogStore } from "../log/ports/logStore.ts";
import type { Roster } from "../presence/ports/roster.ts";
import type { Secrets } from "../accounts/ports/secrets.ts";
import type { SessionStore } from "../accounts/ports/sessionStore.ts";

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
