import type { Closed, GoodbyeEvent } from "../../client/index.ts";
import { optionsToFlags } from "../optionsToFlags.ts";

const GOODBYES: Record<string, string> = {
  LOGGED_OUT: "this session was logged out",
  SESSION_EXPIRED: "your session has ended: log in again",
  SHUTTING_DOWN: "the server is being stopped",
  JOIN_TIMEOUT: "the server waited too long for us",
  REQUEST_INVALID: "the server could not read what was sent",
  STORE_UNAVAILABLE: "the server cannot store messages at the moment",
};

/** The sentence for a changed log. */
export const LOG_CHANGED =
  "the server's messages were restored from a backup: what is above may differ from what it has now";

/** The sentence for a page of the history without messages. */
export const NO_EARLIER = "there are no earlier messages";

/** The sentence for a page of a search without messages; `continued`: there were pages before it. */
export function notFoundWords({ continued }: { readonly continued: boolean }): string {
  return continued ? "no more messages were found" : "no messages were found";
}

/** Why the server ended a stream: a sentence without its full stop. */
export function goodbyeWords({ reason }: Pick<GoodbyeEvent, "reason">): string {
  return GOODBYES[reason] ?? `the server ended the connection (${reason})`;
}

/** Why the room is closed: a sentence without its full stop. */
export function closedWords(why: Closed): string {
  switch (why.kind) {
    case "left":
    case "aborted":
      return "you have left the room";
    case "dismissed":
      return goodbyeWords(why);
    case "unauthenticated":
    case "unreached":
      return optionsToFlags(why.cause.message);
  }
}

/** A wait in words, for example ` in 2 s`. Empty for less than a second. */
export function waitWords(ms: number): string {
  return ms < 1000 ? "" : ` in ${Math.round(ms / 1000)} s`;
}

/** Names with commas; the names after the first `max` are only counted. */
export function nameWords(names: readonly string[], max = 6): string {
  if (names.length <= max) return names.join(", ");
  return `${names.slice(0, max).join(", ")} and ${names.length - max} more`;
}
