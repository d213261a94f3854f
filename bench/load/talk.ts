const SYLLABLES = ["ka", "ri", "mo", "ta", "lu", "sen", "ba", "di", "gan", "pe", "no", "ya", "wu", "ti", "ram", "so"];

/** How many different words the texts have. */
export const VOCABULARY = 20_000;

/** The word with this rank; rank 0 is the commonest. Different ranks have different words. */
export function wordOf(rank: number): string {
  let word = "";
  for (let left = rank + SYLLABLES.length; left > 0; left = Math.floor(left / SYLLABLES.length)) {
    word += SYLLABLES[left % SYLLABLES.length];
  }
  return word;
}

/**
 * Makes texts of words that are as frequent as those of a language: the frequency of a word falls with its rank. The
 * same seed gives the same texts.
 */
export class Talk {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next text, of about this many bytes. */
  text(bytes: number): string {
    let text = this.#word();
    while (text.length < bytes) text += ` ${this.#word()}`;
    return text;
  }

  /** A whole number from 0 to `below` - 1, each as likely as the others. */
  pick(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #word(): string {
    // With this exponent a word's frequency is about inverse to its rank (Zipf's law).
    return wordOf(Math.floor(VOCABULARY ** this.#random()) - 1);
  }

  /** Mulberry32: from 0 to 1, without 1. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
