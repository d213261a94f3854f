import type { EditorView } from "../editor/view.ts";
import type { PendingLine } from "../terminal/status.ts";
import type { Style } from "../terminal/style.ts";
import type { Extent, Ruler } from "../text/ruler.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { type InputRow, inputRows } from "./inputRows.ts";
import type { StatusPart } from "./status.ts";

/** What the live area shows. */
export interface AreaContent {
  readonly pending: readonly PendingLine[];
  readonly input: EditorView;
  /** The parts of the status row. None: there is no status row. */
  readonly status: readonly StatusPart[];
}

/** The size of a terminal, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The words that a layout needs. */
export interface LayoutWords {
  readonly sending: string;
  readonly waiting: string;
  readonly morePending: (count: number) => string;
}

/** The live area in rows. None begins with a mark, and none is wider than the terminal's columns but one. */
export interface Frame {
  readonly rows: readonly string[];
  readonly cursorRow: number;
  /** The part of the cursor's row that is before the cursor. */
  readonly before: string;
  /** The columns of `before`. */
  readonly column: Extent;
  /** How many characters up to the cursor may be wide. A terminal that reflows may leave a column free before each. */
  readonly wide: number;
}

/** The most pending lines that are shown. */
const MAX_PENDING = 3;
/** The most rows of a hint. */
const MAX_HINT_ROWS = 2;
/** A layout for fewer columns would have no space for text. */
const MIN_COLUMNS = 5;
/** Stands before the first or the last row of the input that is shown if there are more. It has one column everywhere. */
const MORE = "\u22ee ";
const INDENT = "  ";

/** Lays the live area out. It keeps the row at which a long input was scrolled, so that the input does not jump. */
export class Layout {
  readonly #ruler: Ruler;
  readonly #style: Style;
  readonly #words: LayoutWords;
  /** The first row of the input that is shown. */
  #top = 0;

  constructor(ruler: Ruler, style: Style, words: LayoutWords) {
    this.#ruler = ruler;
    this.#style = style;
    this.#words = words;
  }

  /** The live area for a terminal of this size: at most half of its rows. */
  frame(content: AreaContent, size: Size): Frame {
    // The last column stays free for the blank that joins two rows.
    const columns = Math.max(MIN_COLUMNS, size.columns) - 1;
    const limit = Math.max(1, Math.floor(size.rows / 2));
    const { rows: input, cursorRow, before } = inputRows(content.input, columns, this.#ruler);
    let left = limit - 1;
    const status = left > 0 && content.status.length > 0 ? [this.#statusRow(content.status, columns)] : [];
    left -= status.length;
    const hint = this.#hintRows(content.input.hint, columns).slice(0, left);
    left -= hint.length;
    const pending = this.#pendingRows(content.pending, columns, Math.min(MAX_PENDING, Math.ceil(left / 2)));
    left -= pending.length;
    const top = this.#scroll(input.length, cursorRow, left + 1);
    const shown = input.slice(top, top + left + 1);
    const { isSelected } = content.input;
    const hasMore = (row: number) =>
      (row === 0 && top > 0) || (row === shown.length - 1 && top + shown.length < input.length);
    const startOf = (row: InputRow, index: number) => (hasMore(index) && row.start === INDENT ? MORE : row.start);
    const inputTexts = shown.map((row, index) => startOf(row, index) + select(row.text, isSelected));
    const cursorAt = cursorRow - top;
    const start = startOf(shown[cursorAt] ?? { start: "", text: "" }, cursorAt);
    const above = [...pending, ...shown.slice(0, cursorAt).map(({ text }) => text), before].join("");
    return {
      rows: [...pending, ...inputTexts, ...hint, ...status],
      cursorRow: pending.length + cursorAt,
      before: start + select(before, isSelected),
      column: this.#ruler.measure(start + before),
      wide: countWide(above),
    };
  }

  /** The first row of the input to show, if `height` rows are shown: the cursor's row is one of them. */
  #scroll(rows: number, cursorRow: number, height: number): number {
    const lowest = Math.max(cursorRow - height + 1, 0);
    this.#top = Math.min(Math.max(this.#top, lowest), cursorRow, Math.max(rows - height, 0));
    return this.#top;
  }

  #pendingRows(pending: readonly PendingLine[], columns: number, limit: number): string[] {
    if (pending.length > limit && limit > 0) {
      const shown = limit === 1 ? [] : pending.slice(1 - limit);
      const more = this.#words.morePending(pending.length - shown.length);
      return [this.#style.quiet(this.#ruler.cut(INDENT + more, columns)), ...this.#pendingRows(shown, columns, limit)];
    }
    return pending.slice(0, limit).map(({ line, isHeld }) => {
      const label = `${INDENT}${isHeld ? this.#words.waiting : this.#words.sending}: `;
      return this.#style.quiet(this.#ruler.cut(label + sanitizeLine(line), columns));
    });
  }

  #hintRows(hint: string, columns: number): string[] {
    if (hint === "") return [];
    const view = { text: sanitizeLine(hint), cursor: 0, prompt: INDENT, isSelected: false, hint: "" };
    const { rows } = inputRows(view, columns, this.#ruler);
    const shown = rows.slice(0, MAX_HINT_ROWS).map(({ start, text }) => start + text);
    if (rows.length > MAX_HINT_ROWS) shown.push(this.#ruler.cut(`${shown.pop()}…`, columns));
    return shown.map(this.#style.quiet);
  }

  /** The parts that fit. If there is too little space, the parts with the highest ranks are left out. */
  #statusRow(status: readonly StatusPart[], columns: number): string {
    const { quiet, wrong } = this.#style;
    const separator = " · ";
    let parts = [...status];
    const width = () => this.#ruler.most(INDENT + parts.map(({ text }) => text).join(separator));
    while (parts.length > 1 && width() > columns) {
      const last = Math.max(...parts.map(({ rank }) => rank));
      parts = parts.filter(({ rank }) => rank !== last);
    }
    if (parts.length <= 1) parts = parts.map((part) => ({ ...part, text: this.#ruler.cut(part.text, columns - 2) }));
    const painted = parts.map(({ text, isAlarm }) => (isAlarm ? wrong(text) : quiet(text)));
    return quiet(INDENT) + painted.join(quiet(separator));
  }
}

/** Selected text is shown in reverse. */
function select(text: string, isSelected: boolean): string {
  return isSelected && text !== "" ? `\u001b[7m${text}\u001b[27m` : text;
}

/** At most so many characters are wide on any terminal: no table has a wide one before the Hangul letters. */
function countWide(text: string): number {
  return Array.from(text).filter((character) => character >= "\u1100").length;
}
