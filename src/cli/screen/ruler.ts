import { eastAsianWidthType } from "get-east-asian-width";
import { graphemesOf } from "../terminal/width.ts";

/** The fewest and the most columns that a terminal may give a text. */
export interface Extent {
  readonly least: number;
  readonly most: number;
}

/** The most characters whose widths are remembered. */
const MAX_MEASURED = 10_000;
const ASCII = /^[\u0020-\u007e]*$/;
/** Letters of Hangul syllables. Terminals that do not compose them give each up to two columns. */
const JAMO = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/;
/** Pictures, and the places that Unicode keeps for more of them. */
const PICTURE = /[\u{1f000}-\u{1fbff}]|(?![\u0000-\u00ff])\p{Extended_Pictographic}/u;
/** The planes of rare ideographs, and the private use areas, in which fonts have wide icons. */
const RARE = /[\u{20000}-\u{3fffd}]|\p{Co}/u;
/** It may make the picture before it wide. */
const PICTURE_SELECTOR = "\ufe0f";
const MARK = /[\p{Mark}\p{Format}]/u;
/**
 * Marks that take no column in any table since Unicode 5.0, of common scripts: those that nearly every terminal's table
 * descends from. Other marks count one column, because an older table does not know them.
 */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: the class has single marks.
const ZERO =
  /[\u0300-\u036f\u0483-\u0486\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u0615\u064b-\u065e\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3\u0901\u0902\u093c\u0941-\u0948\u094d\u0951-\u0954\u0962\u0963\u0981\u09bc\u09c1-\u09c4\u09cd\u09e2\u09e3\u0a01\u0a02\u0a3c\u0a41\u0a42\u0a47\u0a48\u0a4b-\u0a4d\u0a70\u0a71\u0a81\u0a82\u0abc\u0ac1-\u0ac5\u0ac7\u0ac8\u0acd\u0ae2\u0ae3\u0b01\u0b3c\u0b3f\u0b41-\u0b43\u0b4d\u0b56\u0b82\u0bc0\u0bcd\u0c3e-\u0c40\u0c46-\u0c48\u0c4a-\u0c4d\u0c55\u0c56\u0cbc\u0ccc\u0ccd\u0ce2\u0ce3\u0d41-\u0d43\u0d4d\u0dca\u0dd2-\u0dd4\u0dd6\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0eb9\u0ebb\u0ebc\u0ec8-\u0ecd\u0f18\u0f19\u0f35\u0f37\u0f39\u0f71-\u0f7e\u0f80-\u0f84\u0f86\u0f87\u102d-\u1030\u1032\u1036\u1037\u1039\u1058\u1059\u200b-\u200f\u20d0-\u20ef\u3099\u309a\ufe00-\ufe0e\ufe20-\ufe23\ufeff]/;

/**
 * Measures text for rows that must fit on every terminal. Terminals disagree about emoji, flags, marks and Hangul
 * letters, so the ruler gives a range. Text for which no table differs has the same `least` and `most`.
 */
export class Ruler {
  /**
   * Whether characters that are wide in fonts for Chinese, Japanese or Korean count two columns, such as `é` or `…`. The
   * terminal is asked; until it has answered they do.
   */
  isAmbiguousWide = true;
  /** What was measured before, by `isAmbiguousWide`: looking it up takes a tenth of the time. */
  readonly #measured = { true: new Map<string, number>(), false: new Map<string, number>() };

  /** The columns that a text without control characters takes. */
  measure(text: string): Extent {
    if (ASCII.test(text)) return { least: text.length, most: text.length };
    let least = 0;
    let most = 0;
    for (const grapheme of graphemesOf(text)) {
      const extent = this.#measureGrapheme(grapheme);
      least += extent.least;
      most += extent.most;
    }
    return { least, most };
  }

  /** The most columns that a text may take: the sum over its characters, however they are joined. */
  most(text: string): number {
    if (ASCII.test(text)) return text.length;
    let most = 0;
    for (const character of text) most += this.#mostOf(character);
    return most;
  }

  /** The beginning of a text that fits `columns` on every terminal, with `…` at its end if it is cut. */
  cut(text: string, columns: number): string {
    if (this.most(text) <= columns) return text;
    let cut = "";
    let left = columns - this.most("…");
    for (const grapheme of graphemesOf(text)) {
      left -= this.most(grapheme);
      if (left < 0) break;
      cut += grapheme;
    }
    return `${cut}…`;
  }

  #mostOf(character: string): number {
    const measured = this.#measured[`${this.isAmbiguousWide}`];
    let most = measured.get(character);
    if (most === undefined) {
      most = this.#characterExtent(character).most;
      if (measured.size < MAX_MEASURED) measured.set(character, most);
    }
    return most;
  }

  /** A terminal may give a grapheme the width of its first character, or the sum of the widths of all. */
  #measureGrapheme(grapheme: string): Extent {
    if (ASCII.test(grapheme)) return { least: grapheme.length, most: grapheme.length };
    const [first = { least: 0, most: 0 }, ...others] = Array.from(grapheme, (character) => this.#characterExtent(character));
    return { least: first.least, most: others.reduce((sum, { most }) => sum + most, first.most) };
  }

  #characterExtent(character: string): Extent {
    if (ZERO.test(character)) return { least: 0, most: 0 };
    if (JAMO.test(character)) return { least: 0, most: 2 };
    if (PICTURE.test(character) || RARE.test(character)) return { least: 1, most: 2 };
    if (character === PICTURE_SELECTOR || MARK.test(character)) return { least: 0, most: 1 };
    switch (eastAsianWidthType(character.codePointAt(0) ?? 0)) {
      case "wide":
      case "fullwidth":
        return isNewlyWide(character) ? { least: 1, most: 2 } : { least: 2, most: 2 };
      case "ambiguous":
        return this.isAmbiguousWide ? { least: 1, most: 2 } : { least: 1, most: 1 };
      default:
        return { least: 1, most: 1 };
    }
  }
}

/** Whether a wide character is outside the blocks that every table has as wide: Chinese, Japanese and Korean. */
function isNewlyWide(character: string): boolean {
  return !/[\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character);
}
