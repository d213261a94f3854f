import { eastAsianWidth } from "get-east-asian-width";
import type { Emulator, EmulatorOptions } from "./emulator.ts";

/** A character with its marks. The right half of a wide one is `RIGHT_HALF`. */
interface Cell {
  readonly text: string;
  readonly width: number;
}

interface Row {
  cells: Cell[];
  /** The terminal itself has broken the line after this row. */
  isBroken: boolean;
}

const BLANK: Cell = { text: " ", width: 1 };
const RIGHT_HALF: Cell = { text: "", width: 0 };
/** The last column of a row that had no space for a wide character. */
const FREE: Cell = { text: "", width: 1 };
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with ESC.
const SEQUENCE = /\u001b\[([0-?]*)([@-~])|\u001b\]([^\u0007\u001b]*)(?:\u0007|\u001b\\)|[^\u001b]/suy;

/**
 * A terminal that wraps every line again when the width changes, as those of GNOME, KDE and kitty do. It gives each code
 * point a width of its own: each half of a flag and each part of a joined emoji has two columns. It knows the sequences
 * that the program writes, and throws at any other.
 */
export class ReflowEmulator implements Emulator {
  readonly #onAnswer: (answer: string) => void;
  /** The scrollback and the screen, which are the last `#height` rows. */
  #rows: Row[];
  #width: number;
  #height: number;
  #row = 0;
  #column = 0;
  /** The last column has been written; the next character begins a row. */
  #isFull = false;
  /** Whether the terminal breaks a row that is full (DECAWM). */
  #wraps = true;
  #unread = "";
  title = "";

  constructor({ columns, rows, onAnswer = () => {} }: EmulatorOptions) {
    this.#width = columns;
    this.#height = rows;
    this.#rows = Array.from({ length: rows }, newRow);
    this.#onAnswer = onAnswer;
  }

  async write(data: string): Promise<void> {
    const text = this.#unread + data;
    SEQUENCE.lastIndex = 0;
    let read = 0;
    for (let match = SEQUENCE.exec(text); match !== null; match = SEQUENCE.exec(text)) {
      read = SEQUENCE.lastIndex;
      const [character, parameters = "", letter, report] = match;
      if (letter !== undefined) this.#control(letter, parameters);
      else if (report === undefined) this.#put(character);
      else if (report.startsWith("2;")) this.title = report.slice(2);
    }
    this.#unread = text.slice(read);
  }

  resize(columns: number, rows: number): void {
    if (columns !== this.#width) this.#reflow(columns);
    this.#height = rows;
    // Empty rows below the cursor make way, and any others if the cursor would be above the screen.
    while (this.#rows.length > this.#row + 1 && this.#rows.at(-1)?.cells.length === 0) this.#rows.pop();
    while (this.#rows.length - rows > this.#row) this.#rows.pop();
    while (this.#rows.length < rows) this.#rows.push(newRow());
  }

  get rows(): string[] {
    const rows = this.#rows.map(({ cells }) => textOf(cells).trimEnd());
    return rows.slice(0, rows.findLastIndex((row) => row !== "") + 1);
  }

  get lines(): string[] {
    const lines = this.#logicalLines().map((cells) => textOf(cells).trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  get typing(): { before: string; after: string } {
    const { cells } = this.#at(this.#row);
    return { before: textOf(cells.slice(0, this.#column)), after: textOf(cells.slice(this.#column)).trimEnd() };
  }

  get cursor(): { row: number; column: number } {
    return { row: this.#row, column: this.#column };
  }

  get #top(): number {
    return this.#rows.length - this.#height;
  }

  #at(row: number): Row {
    return this.#rows[row] as Row;
  }

  #put(character: string): void {
    if (character === "\r") this.#moveTo(0);
    else if (character === "\n") {
      this.#at(this.#row).isBroken = false;
      this.#moveTo(0);
      this.#down();
    } else if (character === "\u0007") return;
    else if (character < " ") throw new Error(`the emulator knows no ${JSON.stringify(character)}`);
    else this.#print(character, codePointWidth(character));
  }

  #print(character: string, width: number): void {
    const last = this.#isFull ? this.#width - 1 : this.#column - 1;
    if (width === 0) {
      this.#addMark(character, last);
      return;
    }
    if (!this.#wraps && (this.#isFull || this.#column + width > this.#width)) {
      this.#isFull = false;
      this.#column = this.#width - width;
    } else if (this.#isFull || this.#column + width > this.#width) {
      if (!this.#isFull) this.#set(this.#column, FREE);
      this.#at(this.#row).isBroken = true;
      this.#moveTo(0);
      this.#down();
    }
    this.#set(this.#column, { text: character, width });
    if (width === 2) this.#set(this.#column + 1, RIGHT_HALF);
    this.#isFull = this.#column + width === this.#width;
    this.#column = Math.min(this.#column + width, this.#width - 1);
  }

  #addMark(mark: string, column: number): void {
    const { cells } = this.#at(this.#row);
    const at = cells[column] === RIGHT_HALF ? column - 1 : column;
    const cell = cells[at];
    if (cell !== undefined) cells[at] = { ...cell, text: cell.text + mark };
  }

  /** Sets a cell. The other half of a wide character that it overwrites becomes a blank. */
  #set(column: number, cell: Cell): void {
    const { cells } = this.#at(this.#row);
    while (cells.length < column) cells.push(BLANK);
    if (cells[column] === RIGHT_HALF && cell !== RIGHT_HALF) cells[column - 1] = BLANK;
    if (cells[column + 1] === RIGHT_HALF) cells[column + 1] = BLANK;
    cells[column] = cell;
  }

  #control(letter: string, parameters: string): void {
    const times = Number(parameters || 1);
    const { cells } = this.#at(this.#row);
    switch (letter + (letter === "J" || letter === "K" || letter === "n" ? parameters : "")) {
      case "A":
        this.#row = Math.max(this.#top, this.#row - times);
        break;
      case "C":
        this.#moveTo(Math.min(this.#width - 1, this.#column + times));
        break;
      case "G":
        this.#moveTo(Math.min(this.#width, times) - 1);
        break;
      case "J":
        cells.length = Math.min(cells.length, this.#column);
        this.#at(this.#row).isBroken = false;
        for (let row = this.#row + 1; row < this.#rows.length; row++) this.#rows[row] = newRow();
        break;
      case "K":
        cells.length = Math.min(cells.length, this.#column);
        this.#at(this.#row).isBroken = false;
        break;
      case "K2":
        this.#rows[this.#row] = newRow();
        break;
      case "n6":
        this.#onAnswer(`\u001b[${this.#row - this.#top + 1};${this.#column + 1}R`);
        break;
      case "h":
      case "l":
        if (parameters === "?7") this.#wraps = letter === "h";
        return;
      case "c":
      case "m":
      case "t":
        return;
      default:
        throw new Error(`the emulator knows no CSI ${parameters}${letter}`);
    }
    if (letter === "A") this.#isFull = false;
  }

  #moveTo(column: number): void {
    this.#column = column;
    this.#isFull = false;
  }

  #down(): void {
    this.#row += 1;
    if (this.#row === this.#rows.length) this.#rows.push(newRow());
  }

  #logicalLines(): Cell[][] {
    const lines: Cell[][] = [];
    let line: Cell[] = [];
    for (const { cells, isBroken } of this.#rows) {
      line.push(...cells.filter((cell) => cell !== FREE));
      if (isBroken) continue;
      lines.push(line);
      line = [];
    }
    return line.length > 0 ? [...lines, line] : lines;
  }

  /** Breaks every line again. The cursor stays at its character. */
  #reflow(width: number): void {
    const cursor = this.#cursorInLine();
    const rows: Row[] = [];
    for (const [index, cells] of this.#logicalLines().entries()) {
      if (index === cursor.line) while (cells.length <= cursor.at) cells.push(BLANK);
      let row = newRow();
      for (const [at, cell] of cells.entries()) {
        if (row.cells.length + cell.width > width || row.cells.length === width) {
          if (row.cells.length < width) row.cells.push(FREE);
          row.isBroken = true;
          rows.push(row);
          row = newRow();
        }
        if (index === cursor.line && at === cursor.at) {
          this.#row = rows.length;
          this.#column = row.cells.length;
        }
        row.cells.push(cell);
      }
      if (index === cursor.line && cells.length === 0) {
        this.#row = rows.length;
        this.#column = 0;
      }
      rows.push(row);
    }
    this.#rows = rows;
    this.#width = width;
    this.#isFull = false;
  }

  /** The line of the cursor, and the index of its cell in that line. */
  #cursorInLine(): { line: number; at: number } {
    let line = 0;
    let at = 0;
    for (const { cells, isBroken } of this.#rows.slice(0, this.#row)) {
      at = isBroken ? at + cells.filter((cell) => cell !== FREE).length : 0;
      if (!isBroken) line += 1;
    }
    return { line, at: at + this.#column };
  }
}

function newRow(): Row {
  return { cells: [], isBroken: false };
}

function textOf(cells: readonly Cell[]): string {
  return cells.map(({ text }) => text).join("");
}

function codePointWidth(character: string): number {
  if (/[\p{Mark}\p{Format}\u1160-\u11ff]/u.test(character)) return 0;
  if (/\p{Regional_Indicator}/u.test(character)) return 2;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
}
