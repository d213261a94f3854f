import { blockOf } from "../shared/searchTerms.ts";

/** The words of a message as a tsvector. No word has a quotation mark or a backslash. */
export function toWords(words: readonly string[], id: number): string {
  const block = blockOf(id);
  const positions = new Map<string, number[]>();
  for (const [index, word] of words.entries()) {
    if (word === "") continue;
    const of = positions.get(word);
    if (of === undefined) positions.set(word, [index + 1]);
    else of.push(index + 1);
  }
  return [...positions].map(([word, at]) => `'${block}:${word}':${at.join(",")}`).join(" ");
}
