/**
 * The fewest edits that turn one word into another, without regard to case. An edit inserts, deletes or replaces a
 * letter, or swaps two neighbours: swapped letters are the most frequent typing error, which plain Levenshtein counts
 * as two edits.
 */
export function editDistance(from: string, to: string): number {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  let secondLastRow: number[] = [];
  let lastRow = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(row, j - 1) + 1,
        at(lastRow, j) + 1,
        at(lastRow, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(secondLastRow, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    secondLastRow = lastRow;
    lastRow = row;
  }
  return at(lastRow, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
