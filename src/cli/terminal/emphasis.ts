/** The most characters of a query whose words are painted: a pattern cannot be endless. */
const MAX_QUERY = 1_000;
/** What stands beside a whole word is none of these: letters, accents and digits. */
const WORD_CHARACTER = "[\\p{L}\\p{M}\\p{N}]";

/**
 * Paints the words of a search where they stand in a text, in upper or lower case. The server also finds other forms of a
 * word, for example without accents; those stay as they are.
 */
export function emphasize(text: string, query: string, paint: (word: string) => string): string {
  const words = query.slice(0, MAX_QUERY).match(new RegExp(`${WORD_CHARACTER}+\\*?`, "gu"));
  if (words === null) return text;
  // No word has a character with a meaning in a pattern, but `*` at its end.
  const anyWord = words.map((word) => word.replace(/\*$/, `${WORD_CHARACTER}*`)).join("|");
  return text.replace(new RegExp(`(?<!${WORD_CHARACTER})(?:${anyWord})(?!${WORD_CHARACTER})`, "giu"), paint);
}
