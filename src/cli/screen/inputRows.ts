import type { EditorView } from "../editor/view.ts";
import { graphemesOf } from "../text/graphemes.ts";
import type { Ruler } from "../text/ruler.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** A row of the input. */
export interface InputRow {
  /** What stands before the text: the prompt, or an indent. */
  readonly start: string;
  /** The text, safe to show. */
  readonly text: string;
}

/** The input in rows, and where its cursor is. */
export interface InputRows {
  readonly rows: readonly InputRow[];
  readonly cursorRow: number;
  /** The text of the cursor's row that is before the cursor. */
  readonly before: string;
}

/** What stands before each row but the first. A row never begins with a character of the text, which could be a mark. */
const INDENT = "  ";
/** Stands for a character that has more marks or parts than a row has columns. */
const TOO_WIDE = "?";

const ASCII = /^[\u0020-\u007e]*$/;

/** What the person typed as one character, as a terminal shows it. */
interface Cell {
  readonly shown: string;
  readonly width: number;
  /** The index of the character in the text. */
  readonly at: number;
  /** A row may be broken after the character. */
  readonly isBlank: boolean;
}

/**
 * Lays the text of an editor out in rows of `columns` (at least 4), broken between words, or in a word that is longer
 * than a row.
 */
export function inputRows({ text, cursor, prompt }: EditorView, columns: number, ruler: Ruler): InputRows {
  const rows: InputRow[] = [];
  let start = ruler.cut(sanitizeLine(prompt), columns);
  let cursorRow = 0;
  let cursorCells: readonly Cell[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const end = at + line.length;
    for (const cells of breakLine(cellsOf(line, at, columns, ruler), columns, ruler.most(start))) {
      // The cursor at the end of a row that goes on stands at the beginning of the next.
      if ((cells[0]?.at ?? end) <= cursor && cursor <= end) {
        cursorRow = rows.length;
        cursorCells = cells;
      }
      rows.push({ start, text: shownText(cells) });
      start = INDENT;
    }
    at = end + 1;
  }
  return { rows, cursorRow, before: shownText(cursorCells.filter((cell) => cell.at < cursor)) };
}

function cellsOf(line: string, from: number, columns: number, ruler: Ruler): Cell[] {
  // A text may have 64 KiB, and is laid out after each key.
  if (ASCII.test(line)) {
    return Array.from(line, (shown, index) => ({ shown, width: 1, at: from + index, isBlank: shown === " " }));
  }
  let at = from;
  return graphemesOf(line).map((grapheme) => {
    const shown = sanitizeLine(grapheme);
    const width = ruler.most(shown);
    const fits = width <= columns - INDENT.length;
    const isBlank = shown === " ";
    const cell = { shown: fits ? shown : TOO_WIDE, width: fits ? width : TOO_WIDE.length, at, isBlank };
    at += grapheme.length;
    return cell;
  });
}

/** Breaks a line into rows; the first begins at column `start`. An empty line is one empty row. */
function breakLine(cells: readonly Cell[], columns: number, start: number): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let left = columns - start;
  for (const cell of cells) {
    // A blank after a row that is full needs no column.
    if (cell.isBlank && left === 0 && row.length > 0) {
      row.push({ ...cell, shown: "", width: 0 });
      continue;
    }
    while (cell.width > left) {
      const word = row.slice(row.findLastIndex(({ isBlank }) => isBlank) + 1);
      // The word goes to the next row, unless it is all that this row has.
      const moved = word.length < row.length ? word : [];
      rows.push(row.slice(0, row.length - moved.length));
      row = moved;
      left = columns - INDENT.length - widthOf(moved);
    }
    row.push(cell);
    left -= cell.width;
  }
  return [...rows, row];
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}

function shownText(cells: readonly Cell[]): string {
  return cells.map(({ shown }) => shown).join("");
}
