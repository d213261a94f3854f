import { wordForm } from "./wordForm.ts";

/** The letters and digits of scripts without spaces between words, some of which Han and kana share. */
const SCRIPTS = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}`;
const UNSPACED = String.raw`[[${SCRIPTS}〆〱-〵〼ーｰﾞﾟ]&&[\p{L}\p{N}]]`;
/** With the capture, `split` returns the runs, too: each second part is one. */
const UNSPACED_RUN = new RegExp(String.raw`(${UNSPACED}[${UNSPACED}\p{M}]*)`, "v");
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const BREAK = /[^\p{L}\p{M}\p{N}]/u;
/** Flags and keycaps, such as 1️⃣, are not pictographic. */
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
/** Besides words an emoji consists of these. The tags, from U+E0020 on, are of flags. */
const EMOJI_PART = String.raw`\p{L}\p{M}\p{N}\p{Emoji}\p{Extended_Pictographic}\u{200d}\u{e0020}-\u{e007f}`;
/** What does not matter in an emoji: variation selectors, skin tones, and joiners at the ends. */
const NOT_IN_EMOJI = new RegExp(
  String.raw`[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}\p{Emoji_Modifier}]|[^${EMOJI_PART}]|^\u{200d}+|\u{200d}+$`,
  "gu",
);
/** ' ’ ‘ ＇, which a segment has only inside a word. */
const APOSTROPHES = /['\u2019\u2018\uff07]/g;

/** Splits texts by the rules of the contract, character by character. */
export class WordRules {
  // English, because it has the rules of Unicode unchanged. The default would depend on the machine.
  readonly #words = new Intl.Segmenter("en", { granularity: "word" });
  readonly #graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

  /** Adds the words of a text to `found`. */
  split(text: string, found: string[]): void {
    for (const [index, part] of text.split(UNSPACED_RUN).entries()) {
      // The segmenter for words would look up these scripts in dictionaries, and these differ between runtimes.
      if (index % 2 === 1) {
        for (const { segment } of this.#graphemes.segment(part)) addWord(segment, found);
      } else if (part !== "") {
        for (const { segment } of this.#words.segment(part)) splitSegment(segment, found);
      }
    }
  }
}

function splitSegment(segment: string, found: string[]): void {
  if (EMOJI.test(segment)) {
    const word = wordForm(segment.replace(NOT_IN_EMOJI, "")).replace(NOT_IN_EMOJI, "");
    if (word !== "") found.push(word);
    return;
  }
  for (const [word] of segment.replace(APOSTROPHES, "").matchAll(WORD)) addWord(word, found);
}

/** Adds a word that consists of letters, marks and digits, without apostrophes. */
export function addWord(word: string, found: string[]): void {
  const form = wordForm(word);
  // NFKD turns a few letters and digits into several words, for example ½ into 1⁄2.
  if (BREAK.test(form)) found.push(...(form.match(WORD) ?? []));
  else if (form !== "") found.push(form);
}
