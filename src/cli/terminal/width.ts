import { eastAsianWidth } from "get-east-asian-width";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const ASCII = /^[\u0020-\u007e]*$/;
const ZERO_WIDTH = /^[\p{Mark}\p{Format}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\uFE0F/u;
/** Characters that no common terminal gives a column: combining marks of old, joiners, directional marks. */
const NEVER_WIDE = /[[\p{Mn}\p{Me}\u200b-\u200f\u2060\ufeff]--[\u{1ab0}-\u{1fff}\u20e3\u{a000}-\u{fdff}\ufe0f\u{10000}-\u{10ffff}]]/v;
/** Symbols that some terminals draw as an emoji of two columns. */
const MAYBE_WIDE = /[\p{Emoji}\p{Regional_Indicator}]/u;

/** How many columns a terminal needs for a text without control characters. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const grapheme of graphemesOf(text)) {
    if (!ZERO_WIDTH.test(grapheme)) columns += EMOJI.test(grapheme) || isWide(grapheme) ? 2 : 1;
  }
  return columns;
}

/**
 * The most columns that a common terminal needs for a text without control characters. Terminals differ in what they
 * join, for example flags, emoji and Hangul letters, so that every code point counts alone.
 */
export function maxWidthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += maxWidthOfCharacter(character);
  return columns;
}

/** The beginning of a text that fits `columns` on every terminal, with `…` at its end if it is cut. */
export function cutToWidth(text: string, columns: number): string {
  if (maxWidthOf(text) <= columns) return text;
  let cut = "";
  let width = 1;
  for (const grapheme of graphemesOf(text)) {
    width += maxWidthOf(grapheme);
    if (width > columns) break;
    cut += grapheme;
  }
  return `${cut}…`;
}

/** Splits a text into what a reader sees as one character: a letter with its accents, a joined emoji. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function isWide(grapheme: string): boolean {
  return Array.from(grapheme).some((character) => eastAsianWidth(character.codePointAt(0) ?? 0) === 2);
}

function maxWidthOfCharacter(character: string): number {
  if (character < "\u007f") return 1;
  if (NEVER_WIDE.test(character)) return 0;
  return MAYBE_WIDE.test(character) || eastAsianWidth(character.codePointAt(0) ?? 0) === 2 ? 2 : 1;
}
