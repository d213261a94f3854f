import headless from "@xterm/headless";

/** What a terminal shows, for tests. Rows begin with the oldest one of the scrollback. */
export interface Emulator {
  /** Shows what a program has written. Resolves when it is on the screen. */
  write(data: string): Promise<void>;
  /** Changes the size of the window at once. */
  resize(columns: number, rows: number): void;
  /** The rows up to the last one that is not empty, without blanks at their ends. */
  readonly rows: string[];
  /** The same rows. Those that the terminal itself has broken are one line. */
  readonly lines: string[];
  /** The parts of the cursor's row before and after the cursor. */
  readonly typing: { before: string; after: string };
  /** The index of the cursor's row, and its column, from 0. */
  readonly cursor: { row: number; column: number };
  /** The title of the window. */
  readonly title: string;
}

/** How to make an `Emulator`. */
export interface EmulatorOptions {
  readonly columns: number;
  readonly rows: number;
  /** Takes what the terminal sends to the program, such as the position of the cursor. */
  readonly onAnswer?: (answer: string) => void;
}

const SCROLLBACK_ROWS = 20_000;

/**
 * xterm.js, the terminal of VS Code. Its table has the widths of Unicode 6: an emoji has one column. When the width
 * changes it wraps every line again but the one of the cursor, which it leaves to the program.
 */
export class Xterm implements Emulator {
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  title = "";

  constructor({ columns, rows, onAnswer = () => {} }: EmulatorOptions) {
    // A real terminal gets line ends from the driver of its line.
    const options = { cols: columns, rows, scrollback: SCROLLBACK_ROWS, convertEol: true, allowProposedApi: true };
    this.#terminal = new headless.Terminal(options);
    this.#terminal.onData(onAnswer);
    this.#terminal.onTitleChange((title) => {
      this.title = title;
    });
  }

  write(data: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(data, resolve));
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  get rows(): string[] {
    const rows = Array.from({ length: this.#buffer.length }, (_, index) => this.#row(index));
    return rows.slice(0, rows.findLastIndex((row) => row !== "") + 1);
  }

  get lines(): string[] {
    const lines: string[] = [];
    for (const [index] of this.rows.entries()) {
      const row = this.#buffer.getLine(index);
      const text = row?.translateToString(true) ?? "";
      if (row?.isWrapped && lines.length > 0) lines.push(lines.pop() + text);
      else lines.push(text);
    }
    return lines.map((line) => line.trimEnd());
  }

  get typing(): { before: string; after: string } {
    const { row, column } = this.cursor;
    const line = this.#buffer.getLine(row);
    return {
      before: line?.translateToString(false, 0, column) ?? "",
      after: line?.translateToString(true, column).trimEnd() ?? "",
    };
  }

  get cursor(): { row: number; column: number } {
    const { baseY, cursorX, cursorY } = this.#buffer;
    return { row: baseY + cursorY, column: cursorX };
  }

  get #buffer() {
    return this.#terminal.buffer.active;
  }

  #row(index: number): string {
    return this.#buffer.getLine(index)?.translateToString(true).trimEnd() ?? "";
  }
}
