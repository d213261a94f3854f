/** The end of a sentence about a name that is not known: `. Did you mean "burst"?`, or just a full stop. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? "." : `. Did you mean ${near}?`;
}

/** The nearest of the known names, if it is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const closest = [...known].sort((a, b) => distance(word, a) - distance(word, b))[0];
  return closest !== undefined && distance(word, closest) <= Math.max(2, word.length / 3) ? closest : undefined;
}

/** How many letters have to be put in, taken out, changed, or swapped with their neighbour. */
export function distance(from: string, to: string): number {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(row, j - 1) + 1,
        at(last, j) + 1,
        at(last, j - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
