import type { Frame } from "./layout.ts";
import type { Position } from "./positionQuery.ts";
import { type Drawn, type ResizeHabit, rowsAboveAfterResize } from "./reflow.ts";

/**
 * Clears the cursor's row and everything below it. In tmux, a clearing that begins at the top left corner would push the
 * screen into the scrollback, so the second one begins a column later.
 */
const CLEAR_BELOW = "\r\u001b[2K\u001b[C\u001b[J\r";
/** Rows are written without wrapping: one that is too wide is cut by the terminal. */
const WRAP_OFF = "\u001b[?7l";
const WRAP_ON = "\u001b[?7h";
/** Goes to the last column, writes a blank there, and wraps with another one. */
const NEXT_ROW = `${WRAP_ON}\u001b[999G  \r${WRAP_OFF}`;

/** A frame that is on the screen. */
export interface DrawnFrame extends Drawn {
  readonly frame: Frame;
  /** The columns of the terminal as far as the program knew. */
  readonly laidOutFor: number;
}

/**
 * The rows at the bottom that are drawn again and again: pending lines, input, hint and status. It makes the output for
 * a terminal, and writes nothing.
 *
 * The place of the area is known, and not computed from widths. Each row of a frame is one row of the terminal, whatever
 * its width, also if the window has just become narrower. A row is joined to the next by a blank in the last column,
 * after which the terminal itself wraps. So the area is one logical line. The cursor is brought to its column by printing
 * what is before it. What a resize does to this line: see `reflow.ts`.
 */
export class LiveArea {
  #drawn: DrawnFrame | undefined;
  /** What the terminal does when it is resized, as far as is known. */
  habit: ResizeHabit | undefined;
  #fewestColumns = Number.POSITIVE_INFINITY;

  /** What is on the screen. */
  get drawn(): DrawnFrame | undefined {
    return this.#drawn;
  }

  /** Whether this frame is on the screen. */
  shows(frame: Frame): boolean {
    const shown = this.#drawn?.frame;
    return (
      shown !== undefined &&
      shown.before === frame.before &&
      shown.cursorRow === frame.cursorRow &&
      shown.rows.length === frame.rows.length &&
      shown.rows.every((row, index) => row === frame.rows[index])
    );
  }

  /** The output that removes the area. The cursor is then at the beginning of its first row. */
  erase(): string {
    return this.#drawn === undefined ? "" : this.#erase(this.#drawn.above);
  }

  /** The output that draws a frame where the cursor is, at the beginning of an empty row. */
  draw(frame: Frame, columns: number): string {
    const { rows, cursorRow, before, column, wide } = frame;
    this.#drawn = { frame, laidOutFor: columns, columns, above: cursorRow, column, wide };
    this.#fewestColumns = columns;
    return `${WRAP_OFF}${rows.join(NEXT_ROW)}${up(rows.length - 1 - cursorRow)}\r${before}${WRAP_ON}`;
  }

  /**
   * Takes the cursor's column from the terminal's answer to a question that was written after the area was drawn, if
   * that area is still on the screen.
   */
  measure(frame: Frame, { column }: Position): void {
    if (this.#drawn?.frame !== frame) return;
    this.#drawn = { ...this.#drawn, column: { least: column - 1, most: column - 1 } };
  }

  /** Takes the columns that the terminal had when a frame was drawn. */
  measureWidth(frame: Frame, columns: number): void {
    if (this.#drawn?.frame === frame) this.#drawn = { ...this.#drawn, columns };
  }

  /** Whether the area was laid out for another width. */
  isResized(columns: number): boolean {
    this.noteColumns(columns);
    return this.#drawn !== undefined && this.#drawn.laidOutFor !== columns;
  }

  /** Notes a width that the terminal has had. */
  noteColumns(columns: number): void {
    this.#fewestColumns = Math.min(this.#fewestColumns, columns);
  }

  /** How many rows of the area are above the cursor after the width has changed; `position`: where the cursor is now. */
  rowsAbove(columns: number, position: Position | undefined): number {
    return this.#drawn === undefined ? 0 : this.rowsAboveIn(this.#drawn, columns, position);
  }

  /** The same for an area that was drawn before. */
  rowsAboveIn(drawn: Drawn, columns: number, position: Position | undefined): number {
    const fewestColumns = Math.min(this.#fewestColumns, columns);
    return rowsAboveAfterResize(drawn, { columns, fewestColumns, position, habit: this.habit });
  }

  /** The same as `erase` if the area begins `rows` above the cursor. */
  eraseFrom(rows: number): string {
    return this.#drawn === undefined ? "" : this.#erase(rows);
  }

  /** The area is not on the screen any more: another program had the terminal. */
  forget(): void {
    this.#drawn = undefined;
  }

  #erase(rows: number): string {
    this.#drawn = undefined;
    return up(rows) + CLEAR_BELOW;
  }
}

function up(rows: number): string {
  return rows > 0 ? `\u001b[${rows}A` : "";
}
