import { boundaryFrom, boundaryUpTo, nextBoundary, previousBoundary } from "../text/graphemes.ts";

/** Where a cursor gets to in a text. */
export type Motion = (text: string, cursor: number) => number;

/** What words are made of; apostrophes and hyphens separate words, as in readline. */
const WORD = "[\\p{L}\\p{M}\\p{N}]";
const WORD_CHARACTER = new RegExp(WORD, "u");
const BLANK = /\s/u;

/** The commands that move the cursor. */
export const MOTIONS = {
  left: previousBoundary,
  right: nextBoundary,
  wordLeft: (text, cursor) => back(text, cursor, (character) => WORD_CHARACTER.test(character)),
  wordRight,
  lineStart,
  lineEnd,
  textStart: () => 0,
  textEnd: (text) => text.length,
} satisfies Record<string, Motion>;

/** The commands that remove the text up to where a motion gets to. */
export const DELETIONS = {
  deleteLeft: previousBoundary,
  deleteRight: nextBoundary,
} satisfies Record<string, Motion>;

/** The commands that remove text in the same way, and keep it for `yank`. */
export const KILLS = {
  killToStart: (text, cursor) => Math.min(lineStart(text, cursor), previousBoundary(text, cursor)),
  killToEnd: (text, cursor) => Math.max(lineEnd(text, cursor), nextBoundary(text, cursor)),
  killWordLeft: MOTIONS.wordLeft,
  killWordRight: wordRight,
  killBlankWordLeft: (text, cursor) => back(text, cursor, (character) => !BLANK.test(character)),
} satisfies Record<string, Motion>;

/** The beginning of the line with the cursor. */
export function lineStart(text: string, cursor: number): number {
  return cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;
}

/** The end of the line with the cursor. */
export function lineEnd(text: string, cursor: number): number {
  const newline = text.indexOf("\n", cursor);
  return newline < 0 ? text.length : newline;
}

/**
 * The index in the line above, `column` characters (UTF-16) after its beginning or at its end. Undefined on the first
 * line. The columns of the terminal are not known here.
 */
export function lineAbove(text: string, cursor: number, column: number): number | undefined {
  const start = lineStart(text, cursor);
  if (start === 0) return undefined;
  return boundaryUpTo(text, Math.min(lineStart(text, start - 1) + column, start - 1));
}

/** The same in the line below. Undefined on the last line. */
export function lineBelow(text: string, cursor: number, column: number): number | undefined {
  const end = lineEnd(text, cursor);
  if (end === text.length) return undefined;
  return boundaryUpTo(text, Math.min(end + 1 + column, lineEnd(text, end + 1)));
}

function wordRight(text: string, cursor: number): number {
  let end = cursor;
  while (end < text.length && !WORD_CHARACTER.test(characterAt(text, end))) end += characterAt(text, end).length;
  while (end < text.length && WORD_CHARACTER.test(characterAt(text, end))) end += characterAt(text, end).length;
  return boundaryFrom(text, end);
}

/** The beginning of the word before the cursor. */
function back(text: string, cursor: number, isWord: (character: string) => boolean): number {
  let start = cursor;
  while (start > 0 && !isWord(characterBefore(text, start))) start -= characterBefore(text, start).length;
  while (start > 0 && isWord(characterBefore(text, start))) start -= characterBefore(text, start).length;
  return boundaryUpTo(text, start);
}

function characterAt(text: string, index: number): string {
  return String.fromCodePoint(text.codePointAt(index) ?? 0);
}

function characterBefore(text: string, index: number): string {
  const low = text.charCodeAt(index - 1);
  const isPair = index > 1 && low >= 0xdc00 && low < 0xe000 && text.charCodeAt(index - 2) >> 10 === 0x36;
  return text.slice(index - (isPair ? 2 : 1), index);
}
