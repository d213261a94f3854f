const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const NARROW = /^[\u0020-\u007e]*$/;
const ZERO = /^[\p{Mark}\p{Format}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\uFE0F/u;
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}\u{1AFF0}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u;

/** How many columns a terminal needs for a text without control characters. */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemesOf(text)) {
    if (!ZERO.test(grapheme)) width += EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
  }
  return width;
}

/** What a person takes for the characters of a text. */
export function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
