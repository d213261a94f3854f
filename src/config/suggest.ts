import { editDistance } from "../shared/editDistance.ts";

/** The end of a sentence about an unknown name: `. Did you mean burst?`, or a full stop if no known name is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? "." : `. Did you mean ${near}?`;
}

/** The known name with the fewest edits to `word`, if that is at most 2 edits or a third of the letters of `word`. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const closest = [...known].sort((a, b) => editDistance(word, a) - editDistance(word, b))[0];
  return closest !== undefined && editDistance(word, closest) <= Math.max(2, word.length / 3) ? closest : undefined;
}
