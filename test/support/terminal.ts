import { fileURLToPath } from "node:url";
import { type IPty, spawn } from "@lydell/node-pty";
import { within } from "./deadline.ts";
import { newPath } from "./folder.ts";

/** The program of this checkout. */
export const PROGRAM = fileURLToPath(new URL("../../bin/obrolan.js", import.meta.url));

/** The options of a `Terminal`. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Added to the environment of the tests. */
  readonly env?: Record<string, string>;
}

/**
 * The environment of the tests without variables that configure the program. Each has a folder of its own for kept
 * sessions, so that no program signs in with the session of another one, or of the person who runs the tests.
 */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OBROLAN_|NO_COLOR$|FORCE_COLOR$|CI$)/.test(name));
  const own = { XDG_STATE_HOME: newPath(), TZ: "UTC", TERM: "xterm-256color" };
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...own, ...more };
}

/** The program in a real pseudo-terminal, and its screen. */
export class Terminal {
  /** Everything that the program sent to the terminal, with its control sequences. */
  raw = "";
  readonly #pty: IPty;
  readonly #screen: Screen;
  readonly #exit: Promise<number>;
  readonly #watchers = new Set<() => void>();
  #gone = false;

  constructor(args: readonly string[], { columns = 80, rows = 24, env }: TerminalOptions = {}) {
    this.#screen = new Screen(columns);
    this.#pty = spawn(process.execPath, [PROGRAM, ...args], { cols: columns, rows, env: plainEnvironment(env) });
    this.#pty.onData((data) => {
      this.raw += data;
      this.#screen.write(data);
      for (const watch of this.#watchers) watch();
    });
    this.#exit = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode }) => {
        this.#gone = true;
        resolve(exitCode);
        for (const watch of this.#watchers) watch();
      });
    });
  }

  /** The visible text from the first line on. */
  get text(): string {
    return this.#screen.lines.join("\n").trimEnd();
  }

  /** The line of the cursor: the parts before and after the cursor. */
  get typing(): { before: string; after: string } {
    return this.#screen.typing;
  }

  /** Types a text without Enter. */
  type(text: string): void {
    this.#pty.write(text);
  }

  /** Types a line. */
  enter(line: string): void {
    this.type(`${line}\r`);
  }

  /** Waits until the screen shows a text. */
  shows(pattern: RegExp | string): Promise<void> {
    const found = typeof pattern === "string" ? () => this.text.includes(pattern) : () => pattern.test(this.text);
    return this.until(`the terminal to show ${pattern}`, found);
  }

  /** Waits for a condition, which is checked after every change of the screen. */
  async until(what: string, condition: () => boolean): Promise<void> {
    let watch = () => {};
    const met = new Promise<void>((resolve, reject) => {
      watch = () => {
        if (condition()) resolve();
        else if (this.#gone) reject(new Error(`the program ended before ${what}; the screen:\n${this.text}`));
      };
    });
    this.#watchers.add(watch);
    try {
      watch();
      await within(met, () => `${what}; the screen:\n${this.text}`);
    } finally {
      this.#watchers.delete(watch);
    }
  }

  /** Waits for the end of the program. Resolves with its exit code. */
  exit(): Promise<number> {
    return within(this.#exit, () => `the program to end; the screen:\n${this.text}`);
  }

  /** Changes the size of the window. */
  resize(columns: number, rows: number): void {
    this.#pty.resize(columns, rows);
  }

  /** Kills the program if it still runs. */
  async close(): Promise<void> {
    if (!this.#gone) this.#pty.kill("SIGKILL");
    await this.#exit;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with ESC.
const SEQUENCE = /\u001b\[([\d;?]*)([A-Za-z])|[^\u001b]/gsuy;

/** Emulates the part of a terminal that the program uses: text that wraps, and a cursor that moves. */
class Screen {
  readonly lines: string[] = [""];
  readonly #columns: number;
  #row = 0;
  #column = 0;
  #unread = "";

  constructor(columns: number) {
    this.#columns = columns;
  }

  get typing(): { before: string; after: string } {
    const line = this.lines[this.#row] ?? "";
    return { before: line.slice(0, this.#column), after: line.slice(this.#column).trimEnd() };
  }

  write(data: string): void {
    const text = this.#unread + data;
    SEQUENCE.lastIndex = 0;
    let read = 0;
    for (let match = SEQUENCE.exec(text); match !== null; match = SEQUENCE.exec(text)) {
      read = SEQUENCE.lastIndex;
      const [whole, numbers = "", letter] = match;
      if (letter === undefined) this.#put(whole);
      else this.#control(letter, Number(numbers.split(";")[0] || 0));
    }
    this.#unread = text.slice(read);
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") this.#down(1);
    else if (character === "\b") this.#column -= 1;
    else if (character >= " ") {
      if (this.#column === this.#columns) {
        this.#column = 0;
        this.#down(1);
      }
      const line = (this.lines[this.#row] ?? "").padEnd(this.#column);
      this.lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }

  #control(letter: string, number: number): void {
    const times = number || 1;
    if (letter === "A") this.#row = Math.max(0, this.#row - times);
    else if (letter === "B") this.#down(times);
    else if (letter === "C") this.#column = Math.min(this.#columns - 1, this.#column + times);
    else if (letter === "D") this.#column = Math.max(0, this.#column - times);
    else if (letter === "G") this.#column = times - 1;
    else if (letter === "K" || letter === "J") {
      this.lines[this.#row] = (this.lines[this.#row] ?? "").slice(0, this.#column);
      if (letter === "J") this.lines.length = this.#row + 1;
    }
  }

  #down(rows: number): void {
    this.#row += rows;
    while (this.lines.length <= this.#row) this.lines.push("");
  }
}
