import { eastAsianWidth } from "get-east-asian-width";
import { graphemesOf } from "./graphemes.ts";

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

function isWide(grapheme: string): boolean {
  return Array.from(grapheme).some((character) => eastAsianWidth(character.codePointAt(0) ?? 0) === 2);
}
