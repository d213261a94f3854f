import { eastAsianWidthType } from "get-east-asian-width";
import { graphemesOf } from "./graphemes.ts";
import { hasNoWidth } from "./zeroWidth.ts";

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
const PICTURE = /[\u{1f000}-\u{1fbff}]|\p{Extended_Pictographic}/u;
/** The blocks of ideographs with their unused places, and the private use areas, in which fonts have wide icons. */
const MAY_BE_WIDE = /[\u2e80-\ua4cf\ufe30-\ufe6f\uff00\u{20000}-\u{3fffd}]|\p{Co}/u;
/** It may make the picture before it wide. */
const PICTURE_SELECTOR = "\ufe0f";
const MARK = /[\p{Mark}\p{Format}]/u;
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
    const [first = { least: 0, most: 0 }, ...others] = Array.from(grapheme, (character) =>
      this.#characterExtent(character),
    );
    return { least: first.least, most: others.reduce((sum, { most }) => sum + most, first.most) };
  }

  #characterExtent(character: string): Extent {
    const codePoint = character.codePointAt(0) ?? 0;
    if (hasNoWidth(codePoint)) return { least: 0, most: 0 };
    if (JAMO.test(character)) return { least: 0, most: 2 };
    if (codePoint > 0xff && PICTURE.test(character)) return { least: 1, most: 2 };
    if (character === PICTURE_SELECTOR || MARK.test(character)) return { least: 0, most: 1 };
    switch (eastAsianWidthType(codePoint)) {
      case "wide":
      case "fullwidth":
        return isNewlyWide(character) ? { least: 1, most: 2 } : { least: 2, most: 2 };
      case "ambiguous":
        return this.isAmbiguousWide || MAY_BE_WIDE.test(character) ? { least: 1, most: 2 } : { least: 1, most: 1 };
      default:
        return MAY_BE_WIDE.test(character) ? { least: 1, most: 2 } : { least: 1, most: 1 };
    }
  }
}

/** Whether a wide character is outside the blocks that every table has as wide: Chinese, Japanese and Korean. */
function isNewlyWide(character: string): boolean {
  return !/[\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
    character,
  );
}
