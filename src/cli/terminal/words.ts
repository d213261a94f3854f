import type { Closed, GoodbyeEvent } from "../../client/index.ts";
import { CATALOGUES } from "../catalogue/index.ts";
import * as connection from "./pretty/connection.ts";
import { listNames } from "./pretty/names.ts";

/** The words of the plain form, which is always English: programs read it. */
const words = CATALOGUES.en.messages;

/** The sentence for a changed log. */
export const LOG_CHANGED = words.logChanged;

/** The sentence for a page of the history without messages. */
export const NO_EARLIER = words.noEarlier;

/** The sentence for a page of a search without messages; `continued`: there were pages before it. */
export function notFoundWords({ continued }: { readonly continued: boolean }): string {
  return continued ? words.noMoreFound : words.noneFound;
}

/** Why the server ended a stream: a sentence without its full stop. */
export function goodbyeWords(goodbye: Pick<GoodbyeEvent, "reason">): string {
  return connection.goodbyeWords(goodbye, words);
}

/** Why the room is closed: a sentence without its full stop. */
export function closedWords(why: Closed): string {
  return connection.closedWords(why, words);
}

/** A wait in words, for example ` in 2 s`. Empty for less than a second. */
export function waitWords(ms: number): string {
  return connection.waitWords(ms, words);
}

/** Names with commas; the names after the first `max` are only counted. */
export function nameWords(names: readonly string[], max?: number): string {
  return listNames(names, words, max);
}
