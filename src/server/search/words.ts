import { Class, classify } from "./characterClass.ts";
import { wordForm } from "./wordForm.ts";
import { addWord, WordRules } from "./wordRules.ts";

/** PostgreSQL keeps no more positions of a word: https://www.postgresql.org/docs/current/textsearch-limitations.html */
const MAX_POSITIONS_PER_WORD = 256;
/** The last position in PostgreSQL (same page). */
const MAX_WORDS = 16_383;

/** Raise it if any text is split in another way than before: then every index is built again. */
const RULES_VERSION = 1;

/** A word of so many code units certainly needs no cut. */
const SHORT = 64;
const APOSTROPHES = /['\u2018\u2019\uff07]/g;

/** Identifies the words that a splitter makes. */
export interface SplitterVersion {
  readonly rules: number;
  /** The major version of ICU, which has the properties of characters. */
  readonly icu: number;
}

/**
 * Splits texts, and the words of queries, into the words that a search compares: the contract (`Search` in chat.proto)
 * has the rules. Most texts need only one pass over their code units. The rules, which are 5 to 20 times as slow, split
 * the other parts, from white space to white space.
 */
export class Splitter {
  readonly #classes = classify();
  readonly #forms = singleForms(this.#classes);
  // Made only when needed, because that takes 60 ms.
  #rules: WordRules | undefined;

  /** Two splitters with equal versions split every text alike. */
  readonly version: SplitterVersion = {
    rules: RULES_VERSION,
    icu: Number.parseInt(process.versions.icu ?? "0", 10),
  };

  /**
   * The words of a text; the index of a word is its position. A word that the text has too often is replaced with an
   * empty one.
   */
  split(text: string): string[] {
    const found: string[] = [];
    this.#scan(text, found);
    if (found.length > MAX_POSITIONS_PER_WORD) limit(found);
    return found;
  }

  #scan(text: string, found: string[]): void {
    const classes = this.#classes;
    let wordStart = -1;
    let isAscii = true;
    /** The class of the last letter or digit of the word. */
    let last: number = Class.break;
    let partStart = 0;
    let wordsBeforePart = 0;
    for (let at = 0; at <= text.length; at += 1) {
      // NaN, beyond the end, has no class.
      const code = text.charCodeAt(at);
      const kind = classes[code] ?? Class.space;
      if (wordStart >= 0) {
        if (continues(kind, last)) {
          if (code > 0x7f) isAscii = false;
          if (kind <= Class.digit) last = kind;
          continue;
        }
        if (kind === Class.apostrophe && last <= Class.digit && classes[text.charCodeAt(at + 1)] === last) {
          if (code > 0x7f) isAscii = false;
          continue;
        }
        if (kind !== Class.complex) this.#add(text.slice(wordStart, at), isAscii, found);
        wordStart = -1;
        isAscii = true;
      }
      if (kind <= Class.unspaced) {
        wordStart = at;
        isAscii = code <= 0x7f;
        last = kind;
      } else if (kind >= Class.mark) {
        // A mark with nothing before it is a matter of the rules, too.
        let end = at + 1;
        while (end < text.length && classes[text.charCodeAt(end)] !== Class.space) end += 1;
        found.length = wordsBeforePart;
        this.#rules ??= new WordRules();
        this.#rules.split(text.slice(partStart, end), found);
        at = end;
      }
      if (kind >= Class.space) {
        partStart = at + 1;
        wordsBeforePart = found.length;
      }
    }
  }

  /** Adds a word, which may have apostrophes. */
  #add(word: string, isAscii: boolean, found: string[]): void {
    if (isAscii && word.length <= SHORT) {
      found.push((word.includes("'") ? word.replaceAll("'", "") : word).toLowerCase());
    } else if (word.length === 1 && this.#classes[word.charCodeAt(0)] === Class.unspaced) {
      found.push(word);
    } else {
      const form = this.#formOf(word);
      if (form !== undefined && form.length <= SHORT) found.push(form);
      else addWord(word.replace(APOSTROPHES, ""), found);
    }
  }

  /** The form of a word, if it is made of the forms of its characters. */
  #formOf(word: string): string | undefined {
    let form = "";
    for (let at = 0; at < word.length; at += 1) {
      const one = this.#forms[word.charCodeAt(at)];
      if (one === undefined) return undefined;
      form += one;
    }
    return form;
  }
}

/** Whether a character of a class goes on with a word whose last letter or digit is of class `last`. */
function continues(kind: number, last: number): boolean {
  if (kind <= Class.digit) return last <= Class.digit;
  if (kind === Class.hangul) return last === Class.hangul;
  return (kind === Class.mark && last !== Class.hangul) || (kind === Class.vowel && last === Class.unspaced);
}

/** The forms of characters that do not depend on the characters around them. */
function singleForms(classes: Uint8Array): (string | undefined)[] {
  const forms = new Array<string | undefined>(0x2020).fill(undefined);
  for (let code = 0; code < forms.length; code += 1) {
    const kind = classes[code] as number;
    if (kind === Class.apostrophe) forms[code] = "";
    if (kind > Class.digit) continue;
    const form = wordForm(String.fromCharCode(code));
    if (/^[\p{L}\p{N}]+$/u.test(form)) forms[code] = form;
  }
  return forms;
}

function limit(found: string[]): void {
  if (found.length > MAX_WORDS) found.length = MAX_WORDS;
  const counts = new Map<string, number>();
  for (const [position, word] of found.entries()) {
    const count = (counts.get(word) ?? 0) + 1;
    counts.set(word, count);
    if (count > MAX_POSITIONS_PER_WORD) found[position] = "";
  }
}
