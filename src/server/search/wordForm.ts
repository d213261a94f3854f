/** The longest word, in code points; the rest of a longer one is cut off. */
const MAX_CODE_POINTS = 64;

/**
 * Removed after NFKD: the marks of Latin, Greek and Cyrillic letters, Arabic vowel marks (harakat) and tatweel, Hebrew
 * points, and the letters ʻ and ʼ, which stand for an apostrophe.
 */
const REMOVED = /[\u0300-\u036f\u064b-\u0652\u0670\u0640\u05b0-\u05bd\u05bf\u05c1\u05c2\u05c7\ufb1e\u02bb\u02bc]/g;

/**
 * The characters whose full case folding is not their lower case, after NFKD: ß, ς, old Cyrillic letters, and Cherokee,
 * which folds to upper case (https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt).
 */
const FOLDED = /[ß\u03c2\u1c80-\u1c88\u13f8-\u13fd\uab70-\uabbf]/g;
/** What U+1C80 to U+1C88 fold to. */
const FOLDED_CYRILLIC = "\u0432\u0434\u043e\u0441\u0442\u0442\u044a\u0463\ua64b";

/** Longer words are cut before NFKD, whose time is quadratic in the marks of a letter. */
const MAX_CODE_UNITS = 2_048;

const NOT_ASCII = /[^\0-\x7f]/;

/** The form in which words are compared. Empty if nothing is left of the word. */
export function wordForm(word: string): string {
  if (!NOT_ASCII.test(word)) return cut(word.toLowerCase());
  const folded = word
    .slice(0, MAX_CODE_UNITS)
    .normalize("NFKD")
    .replace(REMOVED, "")
    .toLowerCase()
    .replace(FOLDED, foldingOf);
  return cut(folded.normalize("NFC"));
}

function foldingOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0xdf) return "ss";
  if (code === 0x3c2) return "\u03c3";
  if (code >= 0xab70) return String.fromCharCode(code - 0xab70 + 0x13a0);
  if (code >= 0x1c80) return FOLDED_CYRILLIC.charAt(code - 0x1c80);
  return String.fromCharCode(code - 8);
}

function cut(word: string): string {
  // A code point has one or two code units.
  if (word.length <= MAX_CODE_POINTS) return word;
  return [...word].slice(0, MAX_CODE_POINTS).join("");
}
