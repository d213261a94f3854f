import { fileURLToPath } from "node:url";
import { type IPty, spawn } from "@lydell/node-pty";
import { within } from "./deadline.ts";
import { type Emulator, Xterm } from "./emulator.ts";
import { newPath } from "./folder.ts";

/** The program of this checkout. */
export const PROGRAM = fileURLToPath(new URL("../../bin/obrolan.js", import.meta.url));

/** The options of a `Terminal`. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Added to the environment of the tests. */
  readonly env?: Record<string, string>;
  /** What runs in the terminal. Default: the program. */
  readonly command?: string;
}

/**
 * The environment of the tests without variables that configure the program. Each has a folder of its own for kept
 * sessions, so that no program signs in with the session of another one, or of the person who runs the tests.
 */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OBROLAN_|NO_COLOR$|FORCE_COLOR$|CI$)/.test(name));
  const own = { XDG_STATE_HOME: newPath(), TZ: "UTC", TERM: "xterm-256color", LANG: "C.UTF-8", LC_ALL: "" };
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...own, ...more };
}

/** The program in a real pseudo-terminal, and its screen. */
export class Terminal {
  /** Everything that the program sent to the terminal, with its control sequences. */
  raw = "";
  readonly #pty: IPty;
  readonly #screen: Xterm;
  readonly #exit: Promise<number>;
  readonly #watchers = new Set<() => void>();
  #gone = false;

  constructor(args: readonly string[], { columns = 80, rows = 24, env, command }: TerminalOptions = {}) {
    this.#screen = new Xterm({ columns, rows, onAnswer: (answer) => this.type(answer) });
    const [file, all] = command === undefined ? [process.execPath, [PROGRAM, ...args]] : [command, [...args]];
    this.#pty = spawn(file, all, { cols: columns, rows, env: plainEnvironment(env) });
    this.#pty.onData((data) => {
      this.raw += data;
      void this.#screen.write(data).then(() => this.#watch());
    });
    this.#exit = new Promise((resolve) => {
      this.#pty.onExit(async ({ exitCode }) => {
        this.#gone = true;
        await this.#screen.write("");
        resolve(exitCode);
        this.#watch();
      });
    });
  }

  /** The visible text from the first line on. */
  get text(): string {
    return this.#screen.rows.join("\n").trimEnd();
  }

  /** What the terminal shows. */
  get screen(): Emulator {
    return this.#screen;
  }

  /** The line of the cursor: the parts before and after the cursor. */
  get typing(): { before: string; after: string } {
    return this.#screen.typing;
  }

  /** Types a text without Enter. */
  type(text: string): void {
    if (!this.#gone) this.#pty.write(text);
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
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** Sends a signal to the program. */
  kill(signal: NodeJS.Signals): void {
    this.#pty.kill(signal);
  }

  /** Kills the program if it still runs. */
  async close(): Promise<void> {
    if (!this.#gone) this.#pty.kill("SIGKILL");
    await this.#exit;
  }

  #watch(): void {
    for (const watch of this.#watchers) watch();
  }
}
