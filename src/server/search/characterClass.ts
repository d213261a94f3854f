/** What a UTF-16 code unit is to the splitter. */
export const Class = {
  letter: 0,
  digit: 1,
  /** Hangul, of which a word has nothing else. */
  hangul: 2,
  /** A letter of a script without spaces, which is a word with its marks. */
  unspaced: 3,
  break: 4,
  apostrophe: 5,
  /** White space, or punctuation after which a text can be split anew. */
  space: 6,
  /** Belongs to the character before it. */
  mark: 7,
  /** A letter that belongs to the letter of a script without spaces before it. */
  vowel: 8,
  /** Only the rules can tell. */
  complex: 9,
} as const;

/** Where most texts have their characters, and where a class is looked up by property. */
const LOOKED_UP = [
  [0x00, 0x06ff],
  [0x0900, 0x09ff],
  [0x0b80, 0x0bff],
  [0x0e00, 0x0eff],
  [0x1e00, 0x206f],
  [0x20a0, 0x20bf],
  [0x3000, 0x30ff],
  [0xff00, 0xff1f],
] as const;

const LETTER =
  /[[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Armn}\p{sc=Hebr}\p{sc=Arab}\p{sc=Deva}\p{sc=Beng}\p{sc=Taml}]&&\p{L}]/v;
const DIGIT = /[0-9\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/;
const UNSPACED = /[[[\p{sc=Hira}\p{sc=Kana}\u30fc\u3005\p{sc=Thai}\p{sc=Laoo}]&&\p{L}]--[\u0edc\u0edd\u309f\u30ff]]/v;
const VOWEL = /[\u0e33\u0eb3]/;
const MARK = /\p{M}/u;
const APOSTROPHE = /['\u2018\u2019\uff07]/;
const SPACE = /[ \t\n\r\u3000-\u3002\u300c\u300d\uff01\uff0c\uff1f]/;
const NOT_BREAK = /[\p{L}\p{M}\p{N}\p{Cf}\p{Cn}\p{Extended_Pictographic}]/u;

/** The class of each UTF-16 code unit. */
export function classify(): Uint8Array {
  const classes = new Uint8Array(0x10000).fill(Class.complex);
  for (const [from, to] of LOOKED_UP) {
    for (let code = from; code <= to; code += 1) classes[code] = classOf(String.fromCharCode(code));
  }
  classes.fill(Class.unspaced, 0x3400, 0x4dc0);
  classes.fill(Class.unspaced, 0x4e00, 0xa000);
  classes.fill(Class.hangul, 0xac00, 0xd7a4);
  return classes;
}

function classOf(character: string): number {
  if (VOWEL.test(character)) return Class.vowel;
  if (LETTER.test(character)) return Class.letter;
  if (UNSPACED.test(character)) return Class.unspaced;
  if (DIGIT.test(character)) return Class.digit;
  if (MARK.test(character)) return Class.mark;
  if (APOSTROPHE.test(character)) return Class.apostrophe;
  if (SPACE.test(character)) return Class.space;
  return NOT_BREAK.test(character) ? Class.complex : Class.break;
}
