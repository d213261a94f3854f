import type { AccountStore } from "../accounts/ports/accountStore.ts";
import type { FailedLoginStore } from "../accounts/ports/failedLoginStore.ts";
import type { Secrets } from "../accounts/ports/secrets.ts";
import type { SessionStore } from "../accounts/ports/sessionStore.ts";
import type { ClockMark } from "../common/ports/clockMark.ts";
import type { Bus } from "../log/ports/bus.ts";
import type { LogStore } from "../log/ports/logStore.ts";
import type { ReadMarkers } from "../log/ports/readMarkers.ts";
import type { Roster } from "../presence/ports/roster.ts";
import type { SearchIndex } from "../search/ports/searchIndex.ts";

/** The ports that a node uses. */
export interface Engines {
  readonly log: LogStore;
  readonly search: SearchIndex;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly readMarkers: ReadMarkers;
  readonly roster: Roster;
  readonly failedLogins: FailedLoginStore;
  readonly clockMark: ClockMark;
  readonly bus: Bus;
  readonly secrets: Secrets;
}
