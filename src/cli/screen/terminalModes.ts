import { writeSync } from "node:fs";
import type { ReadStream } from "node:tty";
import { hasWindow, RESTORE_TITLE, SAVE_TITLE } from "./status.ts";

const PASTE_ON = "\u001b[?2004h";
const PASTE_OFF = "\u001b[?2004l";
const END_UPDATE = "\u001b[?2026l";
/** The descriptor of the terminal that the program writes to. */
const STDOUT = 1;

/** The signals that end the program without its doing. */
const FATAL_SIGNALS = ["SIGTERM", "SIGHUP"] as const;

/**
 * The modes of a terminal while the program has it: each key is read at once and not echoed, and pastes are marked. They
 * are restored when the program ends, also by a signal or an error.
 */
export class TerminalModes {
  readonly #input: ReadStream;
  readonly #enter: string;
  readonly #leave: string;
  #isEntered = false;

  constructor(input: ReadStream, env: NodeJS.ProcessEnv) {
    this.#input = input;
    this.#enter = (hasWindow(env) ? SAVE_TITLE : "") + PASTE_ON;
    this.#leave = PASTE_OFF + (hasWindow(env) ? RESTORE_TITLE : "");
  }

  /** Takes the terminal. Returns what to write to it. */
  enter(): string {
    if (!this.#isEntered) {
      this.#isEntered = true;
      process.on("exit", this.#restore);
      for (const signal of FATAL_SIGNALS) process.on(signal, this.#onSignal);
    }
    this.#setRaw(true);
    this.#input.resume();
    return this.#enter;
  }

  /** Gives the terminal back. Returns what to write to it. */
  leave(): string {
    if (!this.#isEntered) return "";
    this.#isEntered = false;
    process.off("exit", this.#restore);
    for (const signal of FATAL_SIGNALS) process.off(signal, this.#onSignal);
    this.#input.pause();
    this.#setRaw(false);
    return this.#leave;
  }

  /** Sets the modes again after another program has changed them. Returns what to write to the terminal. */
  enterAgain(): string {
    // Node.js believes that the mode is still set.
    this.#setRaw(false);
    return this.enter();
  }

  #setRaw(isRaw: boolean): void {
    try {
      this.#input.setRawMode(isRaw);
    } catch {
      // The terminal was closed.
    }
  }

  readonly #restore = () => {
    const output = `${END_UPDATE}${this.leave()}\n`;
    try {
      writeSync(STDOUT, output);
    } catch {
      // The terminal was closed.
    }
  };

  readonly #onSignal = (signal: NodeJS.Signals) => {
    this.#restore();
    process.kill(process.pid, signal);
  };
}
