import { PassThrough, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { ReadStream, WriteStream } from "node:tty";
import { Screen, type ScreenOptions } from "../../src/cli/screen/screen.ts";
import type { Emulator, EmulatorOptions } from "./emulator.ts";

/** The output of a program, which an emulator shows. */
class EmulatedTty extends Writable {
  columns: number;
  rows: number;
  written = 0;
  readonly #emulator: Emulator;

  constructor(emulator: Emulator, columns: number, rows: number) {
    super({ decodeStrings: false });
    this.#emulator = emulator;
    this.columns = columns;
    this.rows = rows;
  }

  hasColors(): boolean {
    return true;
  }

  override _write(text: string, _encoding: string, done: (error?: Error) => void): void {
    this.written += 1;
    this.emit("written", text);
    this.#emulator.write(text).then(() => done(), done);
  }
}

/** A `Screen` in this process, whose terminal is an emulator. */
export class EmulatedScreen {
  readonly screen: Screen;
  readonly emulator: Emulator;
  readonly #tty: EmulatedTty;
  readonly #keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  #received = 0;
  /** The number of questions for the cursor's position that the terminal has not answered yet. */
  unansweredQuestions = 0;

  constructor(
    makeEmulator: (options: EmulatorOptions) => Emulator,
    size: { columns: number; rows: number },
    options: Partial<ScreenOptions> = {},
  ) {
    this.emulator = makeEmulator({ ...size, onAnswer: (answer) => this.#answer(answer) });
    this.#tty = new EmulatedTty(this.emulator, size.columns, size.rows);
    this.#tty.on("written", (text: string) => {
      this.unansweredQuestions += text.split("\u001b[6n").length - 1;
    });
    const [input, tty] = [this.#keys as unknown as ReadStream, this.#tty as unknown as WriteStream];
    const env = { TERM: "xterm-256color", LANG: "C.UTF-8" };
    this.screen = new Screen({ input, tty, env, resizeQuietMs: 0, ...options });
    this.#keys.on("data", () => {
      this.#received += 1;
    });
  }

  /** The columns that the program believes the terminal to have. */
  get columns(): number {
    return this.#tty.columns;
  }

  /** How many times the program has written. */
  get writes(): number {
    return this.#tty.written;
  }

  /** Sends keys to the program. */
  press(keys: string | Uint8Array): void {
    this.#keys.write(keys);
  }

  #answer(answer: string): void {
    if (answer.endsWith("R")) this.unansweredQuestions -= 1;
    this.press(answer);
  }

  /** Waits until everything that was pressed, shown and answered is on the screen. */
  async settle(): Promise<void> {
    let [before, quiet] = [-1, 0];
    while (quiet < 4) {
      await this.emulator.write("");
      await setImmediate();
      const now = this.#tty.written + this.#received + this.#tty.writableLength + this.#keys.readableLength;
      quiet = now === before ? quiet + 1 : 0;
      before = now;
    }
  }

  /** Changes the size of the window, after everything is on the screen. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.settle();
    this.emulator.resize(columns, rows);
    this.#tty.columns = columns;
    this.#tty.rows = rows;
    this.#tty.emit("resize");
    await this.settle();
  }
}
