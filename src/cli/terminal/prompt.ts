import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { mayHoldPassword } from "../room/signInLine.ts";

/** The events of a `Prompt`. */
export interface PromptListener {
  /** There is echo to write to the terminal: call `takeEcho` or `insertAbove` soon. */
  readonly onEcho: () => void;
  readonly onLine: (line: string) => void;
  /** Ctrl-C. */
  readonly onInterrupt: () => void;
  /** Ctrl-D, or the terminal was closed. */
  readonly onEnd: () => void;
}

const SIGN = "› ";

/**
 * The line at the bottom of the screen, edited by `node:readline`. A `Prompt` does not write to the terminal: the
 * caller takes the echo and writes it together with other output.
 */
export class Prompt {
  readonly #readline: Interface & { line: string; cursor: number; prevRows?: number };
  readonly #input: ReadStream;
  readonly #listener: PromptListener;
  #echo = "";
  /** The question for a secret; undefined: the line is echoed. */
  #secretPrompt: string | undefined;
  #hasHistory = false;
  #closed = false;
  /** The completions of a line. */
  complete: (line: string) => string[] = () => [];

  constructor(input: ReadStream, tty: WriteStream, listener: PromptListener) {
    this.#input = input;
    this.#listener = listener;
    this.#readline = createInterface({
      input,
      output: this.#makeOutput(tty),
      terminal: true,
      prompt: SIGN,
      completer: (line: string) => [this.complete(line), line],
    });
    this.#readline.on("line", (line) => this.#onLine(line));
    this.#readline.on("close", listener.onEnd);
    this.#readline.on("SIGINT", listener.onInterrupt);
    this.#readline.on("SIGTSTP", () => this.#suspend());
    // A line typed before the room may contain a password, and so may a line in the room that begins like a sign-in.
    this.#readline.on("history", (history) => {
      if (!this.#hasHistory) history.length = 0;
      else if (history[0] !== undefined && mayHoldPassword(history[0])) history.shift();
    });
    this.#readline.prompt();
  }

  /** From now on lines enter the history. */
  startHistory(): void {
    this.#hasHistory = true;
  }

  /** Asks for a secret with this prompt, and does not echo it. Undefined: lines are echoed again. */
  askSecret(prompt: string | undefined): void {
    this.#echo += this.#erase();
    this.#secretPrompt = prompt;
    this.#draw();
  }

  /** Whether there is echo to write. */
  get hasEcho(): boolean {
    return this.#echo !== "";
  }

  /** The echo since the last call. */
  takeEcho(): string {
    const echo = this.#echo;
    this.#echo = "";
    return echo;
  }

  /** The output that inserts whole lines above the line being typed, which stays unchanged. */
  insertAbove(text: string): string {
    const before = this.takeEcho() + this.#erase();
    this.#draw();
    return `${before}${text}\n${this.takeEcho()}`;
  }

  /** Removes the line from the screen. */
  close(): void {
    if (this.#closed) return;
    this.#echo += this.#erase();
    this.#closed = true;
    this.#readline.close();
  }

  /** Moves to the beginning of the line, and clears everything after it. */
  #erase(): string {
    if (this.#closed) return "";
    const rows = this.#secretPrompt === undefined ? this.#readline.getCursorPos().rows : 0;
    return `${rows === 0 ? "" : `\u001b[${rows}A`}\r\u001b[J`;
  }

  #draw(): void {
    if (this.#closed) return;
    if (this.#secretPrompt !== undefined) {
      this.#echo += this.#secretPrompt;
      this.#listener.onEcho();
      return;
    }
    // Readline would move up by `prevRows`, but the cursor is already at the beginning of the line. Readline has no
    // public way to say so.
    this.#readline.prevRows = 0;
    this.#readline.prompt(true);
  }

  #onLine(line: string): void {
    // Readline leaves the line on the screen and moves below it. The message comes back from the server, so erase the
    // line.
    if (this.#secretPrompt === undefined) {
      this.#readline.line = line;
      this.#readline.cursor = line.length;
      const rows = this.#readline.getCursorPos().rows + 1;
      this.#readline.line = "";
      this.#readline.cursor = 0;
      this.#echo += `\u001b[${rows}A\r\u001b[J`;
    }
    this.#draw();
    this.#listener.onLine(line);
  }

  /** Stops the whole process group; otherwise a parent such as `npx` would keep the shell waiting. */
  #suspend(): void {
    this.#input.setRawMode(false);
    process.once("SIGCONT", () => {
      this.#input.setRawMode(true);
      this.#draw();
    });
    process.kill(0, "SIGTSTP");
  }

  /** The stream that readline writes to in place of the terminal. */
  #makeOutput(tty: WriteStream): Writable {
    const output = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        if (this.#secretPrompt === undefined) {
          this.#echo += chunk;
          this.#listener.onEcho();
        }
        done();
      },
    });
    Object.defineProperty(output, "columns", { get: () => tty.columns });
    tty.on("resize", () => {
      // The terminal has wrapped the line again.
      this.#readline.prevRows = this.#readline.getCursorPos().rows;
      output.emit("resize");
    });
    return output;
  }
}
