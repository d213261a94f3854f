import { hasAtMostBytes } from "../common/outsideText.ts";
import { Refusal } from "../common/refusal.ts";
import type { Splitter } from "./words.ts";

const MAX_BYTES = 1_024;
const MAX_WORDS = 32;

/** What a message must have: a word, or several that follow one another. */
export interface Term {
  /** At least one. */
  readonly words: readonly string[];
  /** Whether the last word stands for all words that begin with it. */
  readonly isPrefix: boolean;
}

/** The opening quotes, and how each is closed. */
const QUOTES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["“", "”"],
  ["„", "“"],
]);
const CLOSED_ONLY = "”";

const SPACES = /[\p{White_Space}\0]+/u;
/** An asterisk directly after the last word. */
const PREFIX = String.raw`[\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]`;
const ENDS_IN_PREFIX = new RegExp(`${PREFIX}\\*(?!.*${PREFIX})`, "su");
const HEBREW = /\p{sc=Hebrew}/u;

/** Parses a query into terms, all of which a message must have. Refusal: `QUERY_INVALID`. */
export function parseQuery(query: string, splitter: Splitter): Term[] {
  if (!hasAtMostBytes(query, MAX_BYTES)) throw invalid(`A query has at most ${MAX_BYTES} bytes in UTF-8.`);
  const terms: Term[] = [];
  let words = 0;
  for (const { text, isQuoted } of partsOf(query)) {
    const queryWords = text.split(SPACES).map((word) => ({ word, phrase: splitter.split(word) }));
    words += queryWords.filter(({ phrase }) => phrase.length > 0).length;
    if (words > MAX_WORDS) throw invalid(`A query has at most ${MAX_WORDS} words.`);
    if (isQuoted) addTerm(terms, splitter.split(text), false);
    else for (const { word, phrase } of queryWords) addTerm(terms, phrase, ENDS_IN_PREFIX.test(word));
  }
  if (terms.length === 0) throw invalid("A query needs at least one word; this one has none.");
  return terms;
}

function addTerm(terms: Term[], phrase: readonly string[], isPrefix: boolean): void {
  // No text has a word as often as a phrase in which the splitter leaves one out.
  const end = phrase.indexOf("");
  const words = end < 0 ? phrase : phrase.slice(0, end);
  if (words.length > 0) terms.push({ words, isPrefix });
}

interface Part {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** The parts of a query inside and outside quotes. */
function partsOf(query: string): Part[] {
  const parts: Part[] = [];
  let start = 0;
  let close: string | undefined;
  for (let at = 0; at < query.length; at += 1) {
    const character = query.charAt(at);
    const isQuote = close === undefined ? QUOTES.has(character) || character === CLOSED_ONLY : character === close;
    if (!isQuote || isGershayim(query, at)) continue;
    if (close === undefined && character === CLOSED_ONLY) throw unbalanced(character);
    parts.push({ text: query.slice(start, at), isQuoted: close !== undefined });
    close = close === undefined ? QUOTES.get(character) : undefined;
    start = at + 1;
  }
  if (close !== undefined) throw unbalanced(query.charAt(start - 1));
  return [...parts, { text: query.slice(start), isQuoted: false }];
}

/** Whether a quotation mark stands for the gershayim of a Hebrew abbreviation, such as צה"ל. */
function isGershayim(query: string, at: number): boolean {
  return query.charAt(at) === '"' && HEBREW.test(query.charAt(at - 1)) && HEBREW.test(query.charAt(at + 1));
}

function unbalanced(quote: string): Refusal {
  return invalid(`The quotation mark ${quote} has no counterpart: a phrase stands between two, as in "good morning".`);
}

function invalid(message: string): Refusal {
  return new Refusal("QUERY_INVALID", message, { field: "query" });
}
