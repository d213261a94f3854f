import type { Ruler } from "../text/ruler.ts";

/** How many rows are remembered: more than a screen has. */
const MAX_ROWS = 300;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with ESC.
const STYLE = /\u001b\[[\d;]*m/g;

/** The rows that were printed above the live area last, to print them again if a resize has spoiled them. */
export class PrintedRows {
  #rows: string[] = [];
  /** The number of rows that were printed before the first that is remembered. */
  #forgotten = 0;

  /** The number of rows printed so far. */
  get count(): number {
    return this.#forgotten + this.#rows.length;
  }

  /** Notes texts that are printed, each on rows of its own. */
  add(texts: readonly string[]): void {
    for (const text of texts) this.#rows.push(...text.split("\n"));
    const excess = Math.max(0, this.#rows.length - MAX_ROWS);
    this.#rows = this.#rows.slice(excess);
    this.#forgotten += excess;
  }

  /** The rows from number `from` on. Undefined: they are not remembered. */
  since(from: number): string[] | undefined {
    return from < this.#forgotten ? undefined : this.#rows.slice(from - this.#forgotten);
  }

  /** The number of the row at which the last `height` rows of the terminal before row `to` begin. */
  startOfLast(height: number, to: number, columns: number, ruler: Ruler): number | undefined {
    let left = height;
    let from = to;
    while (left > 0) {
      from -= 1;
      const row = this.#rows[from - this.#forgotten];
      const rowHeight = row === undefined ? undefined : heightOf([row], columns, ruler);
      if (rowHeight === undefined) return undefined;
      left -= rowHeight;
    }
    return left === 0 ? from : undefined;
  }
}

/** How many rows of a terminal some printed rows take. Undefined: it depends on the terminal's table of widths. */
export function heightOf(rows: readonly string[], columns: number, ruler: Ruler): number | undefined {
  let height = 0;
  for (const row of rows) {
    const { least, most } = ruler.measure(row.replace(STYLE, ""));
    // A wide character may leave the last column of a row free.
    if (most > columns && least !== row.replace(STYLE, "").length) return undefined;
    height += Math.max(1, Math.ceil(most / columns));
  }
  return height;
}
