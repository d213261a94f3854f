import type { Closed, GoodbyeEvent } from "../../client/index.ts";
import { inFlags } from "../inFlags.ts";

const GOODBYES: Record<string, string> = {
  LOGGED_OUT: "this session was logged out",
  SESSION_EXPIRED: "your session has ended: log in again",
  SHUTTING_DOWN: "the server is being stopped",
  JOIN_TIMEOUT: "the server waited too long for us",
  REQUEST_INVALID: "the server could not read what was sent",
  STORE_UNAVAILABLE: "the server cannot store messages at the moment",
};

/** What is said when the server's log is another one than before. */
export const LOG_CHANGED =
  "the server's messages were restored from a backup: what is above may differ from what it has now";

/** Why the server ended a stream, as a sentence without its full stop. */
export function goodbyeWords({ reason }: Pick<GoodbyeEvent, "reason">): string {
  return GOODBYES[reason] ?? `the server ended the connection (${reason})`;
}

/** Why the room is closed, as a sentence without its full stop. */
export function closedWords(why: Closed): string {
  switch (why.kind) {
    case "left":
    case "aborted":
      return "you have left the room";
    case "dismissed":
      return goodbyeWords(why);
    case "unauthenticated":
    case "unreached":
      return inFlags(why.cause.message);
  }
}

/** A wait in words: `2 s`. Empty where it is too short to speak of. */
export function waitWords(ms: number): string {
  return ms < 1000 ? "" : ` in ${Math.round(ms / 1000)} s`;
}

/** Names in a row, but not more than can be taken in. */
export function nameWords(names: readonly string[], most = 6): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
