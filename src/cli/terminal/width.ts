import { eastAsianWidth } from "get-east-asian-width";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const ASCII = /^[\u0020-\u007e]*$/;
const ZERO_WIDTH = /^[\p{Mark}\p{Format}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\uFE0F/u;

/** How many columns a terminal needs for a text without control characters. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const grapheme of graphemesOf(text)) {
    if (!ZERO_WIDTH.test(grapheme)) columns += EMOJI.test(grapheme) || isWide(grapheme) ? 2 : 1;
  }
  return columns;
}

/** Splits a text into what a reader sees as one character: a letter with its accents, a joined emoji. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function isWide(grapheme: string): boolean {
  return Array.from(grapheme).some((character) => eastAsianWidth(character.codePointAt(0) ?? 0) === 2);
}
