import type { Extent } from "../text/ruler.ts";
import type { Position } from "./positionQuery.ts";

/** What a terminal does with wrapped rows when its width changes: it wraps them again, or leaves them alone. */
export type ResizeHabit = "reflows" | "leaves";

/** The question for the terminal's kind (DA2). */
export const KIND_QUESTION = "\u001b[>c";

/**
 * The habit of the terminal that answered `attributes`: xterm (41), GNU screen (83), PuTTY and xterm.js leave the line of
 * the cursor alone. Every other known one wraps it again.
 */
export function habitOf(attributes: string): ResizeHabit {
  return /^(?:41|83)(?:;|$)|^0;(?:136|276);0$/.test(attributes) ? "leaves" : "reflows";
}

/** Where the cursor was in the live area when the area was drawn. */
export interface Drawn {
  /** The columns of the terminal. */
  readonly columns: number;
  /** The rows of the area above the cursor's row. Each is as wide as the terminal. */
  readonly above: number;
  /** The column of the cursor, from 0. */
  readonly column: Extent;
  /** How many characters up to the cursor may be wide. */
  readonly wide: number;
}

/** What `rowsAboveAfterResize` needs to know about a resize. */
export interface Resize {
  /** The columns of the terminal now, and the fewest since the area was drawn. */
  readonly columns: number;
  readonly fewestColumns: number;
  /** Where the cursor is now. Undefined: the terminal did not answer. */
  readonly position: Position | undefined;
  /** What the terminal did earlier. Undefined: not known. */
  readonly habit: ResizeHabit | undefined;
}

/**
 * How many rows of the live area are above the cursor after a resize. The area is one logical line of rows of
 * `drawn.columns`. A terminal that reflows cuts this line into rows of the new width; then the cursor's column is what
 * remains of its place in the line. If the area was drawn when the terminal already had the new width, of which the
 * program had not heard, its rows are where a terminal that leaves them alone has them.
 */
export function rowsAboveAfterResize(drawn: Drawn, { columns, fewestColumns, position, habit }: Resize): number {
  if (habit === "leaves") return drawn.above;
  const least = drawn.above * drawn.columns + drawn.column.least;
  const most = drawn.above * drawn.columns + drawn.column.most;
  const assumed = Math.floor(most / columns);
  if (position === undefined) return assumed;
  const column = position.column - 1;
  const reflowed = reflowedRows(least, most, drawn.wide, columns, column);
  const last = fewestColumns - 1;
  const isLeft = Math.min(drawn.column.least, last) <= column && column <= Math.min(drawn.column.most, last);
  const rows = reflowed ?? (isLeft ? drawn.above : assumed);
  // The rows above the screen cannot be reached.
  return Math.min(rows, position.row - 1);
}

/**
 * The rows above the cursor in a reflowed line, of which the cursor is at `column`; undefined: it cannot be there. A wide
 * character that does not fit at the end of a row leaves a column free. If the cursor was at the very end of a row, some
 * terminals leave it at the last column of that row.
 */
function reflowedRows(least: number, most: number, wide: number, columns: number, column: number): number | undefined {
  for (let rows = Math.floor(least / columns); rows * columns <= most + wide + columns; rows++) {
    const place = rows * columns + column;
    const isLastColumn = column === columns - 1;
    if (place >= least - (isLastColumn ? 1 : 0) && place <= most + Math.min(rows, wide)) return rows;
  }
  return undefined;
}
