import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { mayHoldPassword } from "../signInLine.ts";

/** What a prompt tells whoever made it. */
export interface PromptEvents {
  /** Something is to be written to the terminal, as soon as may be. */
  readonly onEcho: () => void;
  readonly onLine: (line: string) => void;
  /** Ctrl-C. */
  readonly onInterrupt: () => void;
  /** Ctrl-D, or the terminal went away. */
  readonly onEnd: () => void;
}

const SIGN = "› ";

/**
 * The line at the bottom of the screen, edited by `node:readline`. It writes nothing by itself: what it would, its echo, is
 * fetched from it, so that it can go out together with what else there is.
 */
export class Prompt {
  readonly #readline: Interface & { line: string; cursor: number; prevRows?: number };
  readonly #input: ReadStream;
  readonly #events: PromptEvents;
  #echo = "";
  /** What is asked for, where it is not to be seen. */
  #secret: string | undefined;
  #remember = false;
  #closed = false;
  /** What a line can be completed to. */
  complete: (line: string) => string[] = () => [];

  constructor(input: ReadStream, tty: WriteStream, events: PromptEvents) {
    this.#input = input;
    this.#events = events;
    this.#readline = createInterface({
      input,
      output: this.#output(tty),
      terminal: true,
      prompt: SIGN,
      completer: (line: string) => [this.complete(line), line],
    });
    this.#readline.on("line", (line) => this.#onLine(line));
    this.#readline.on("close", events.onEnd);
    this.#readline.on("SIGINT", events.onInterrupt);
    this.#readline.on("SIGTSTP", () => this.#suspend());
    // Everything that is typed before the room may have a password in it, and a sign-in that is typed in the room has one.
    this.#readline.on("history", (history) => {
      if (!this.#remember) history.length = 0;
      else if (history[0] !== undefined && mayHoldPassword(history[0])) history.shift();
    });
    this.#readline.prompt();
  }

  /** From now on lines are remembered. */
  remember(): void {
    this.#remember = true;
  }

  /** The next line is a secret: it is asked for with these words, and not shown. Undefined: the one after is none. */
  ask(words: string | undefined): void {
    this.#echo += this.#erase();
    this.#secret = words;
    this.#draw();
  }

  /** Whether something is to be written. */
  get hasEcho(): boolean {
    return this.#echo !== "";
  }

  /** What readline has written since the last time. */
  takeEcho(): string {
    const echo = this.#echo;
    this.#echo = "";
    return echo;
  }

  /** Puts whole lines above the line that is being typed, which comes out of it unchanged. */
  above(text: string): string {
    const before = this.takeEcho() + this.#erase();
    this.#draw();
    return `${before}${text}\n${this.takeEcho()}`;
  }

  /** Takes the line off the screen, for good. */
  close(): void {
    if (this.#closed) return;
    this.#echo += this.#erase();
    this.#closed = true;
    this.#readline.close();
  }

  /** Moves to where the line begins, and clears everything from there on. */
  #erase(): string {
    if (this.#closed) return "";
    const rows = this.#secret === undefined ? this.#readline.getCursorPos().rows : 0;
    return `${rows === 0 ? "" : `\u001b[${rows}A`}\r\u001b[J`;
  }

  #draw(): void {
    if (this.#closed) return;
    if (this.#secret !== undefined) {
      this.#echo += this.#secret;
      this.#events.onEcho();
      return;
    }
    // Readline remembers how far it is below the line's beginning, and would go up there: we are there already. It has no other way
    // to be told.
    this.#readline.prevRows = 0;
    this.#readline.prompt(true);
  }

  #onLine(line: string): void {
    // Readline has left the line on the screen, and gone to the one below. What it said comes back as a message, so it goes.
    if (this.#secret === undefined) {
      this.#readline.line = line;
      this.#readline.cursor = line.length;
      const rows = this.#readline.getCursorPos().rows + 1;
      this.#readline.line = "";
      this.#readline.cursor = 0;
      this.#echo += `\u001b[${rows}A\r\u001b[J`;
    }
    this.#draw();
    this.#events.onLine(line);
  }

  /** Stops with the whole process group: a parent that only waits for us (`npx`) would else keep the shell waiting. */
  #suspend(): void {
    this.#input.setRawMode(false);
    process.once("SIGCONT", () => {
      this.#input.setRawMode(true);
      this.#draw();
    });
    process.kill(0, "SIGTSTP");
  }

  /** What readline takes for the terminal. */
  #output(tty: WriteStream): Writable {
    const output = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        if (this.#secret === undefined) {
          this.#echo += chunk;
          this.#events.onEcho();
        }
        done();
      },
    });
    Object.defineProperty(output, "columns", { get: () => tty.columns });
    tty.on("resize", () => {
      // The terminal has wrapped the line anew.
      this.#readline.prevRows = this.#readline.getCursorPos().rows;
      output.emit("resize");
    });
    return output;
  }
}
