import type { Item } from "./item.ts";
import { type Input, LineReader } from "./lineReader.ts";
import type { Output } from "./output.ts";
import type { PlainLine } from "./plain.ts";
import type { Terminal } from "./terminal.ts";

/** The collaborators of a `Pipe`. */
export interface PipeOptions {
  readonly input: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly format: (item: Item) => PlainLine | undefined;
}

/** Reads lines and writes lines: for scripts, files, `--json`, and terminals that cannot move their cursor. */
export class Pipe implements Terminal {
  readonly isInteractive: boolean;
  readonly showsPending = false;
  readonly interrupted: AbortSignal;
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #format: (item: Item) => PlainLine | undefined;
  readonly #lines: LineReader;
  readonly #interrupt = new AbortController();

  constructor({ input, stdout, stderr, format }: PipeOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#format = format;
    this.isInteractive = input.isTTY === true;
    this.#lines = new LineReader(input);
    this.interrupted = this.#interrupt.signal;
    stdout.readerGone.addEventListener("abort", this.#onReaderGone);
    // For a person, Ctrl-C first leaves the room. A script is ended by the signal.
    if (this.isInteractive) process.once("SIGINT", this.#onInterrupt);
  }

  async line(): Promise<string | undefined> {
    try {
      return await this.#lines.next();
    } catch (error) {
      // A terminal that cannot be read was closed.
      if (this.isInteractive) return undefined;
      throw error;
    }
  }

  async secret(prompt: string): Promise<string | undefined> {
    if (!this.isInteractive) return this.line();
    await this.#stderr.write(prompt);
    const secret = await this.#lines.secret();
    await this.#stderr.write("\n");
    return secret;
  }

  enterRoom(): void {}
  setStatus(): void {}
  setPending(): void {}
  offer(): void {}
  notify(): void {}

  async show(item: Item): Promise<void> {
    const line = this.#format(item);
    if (line !== undefined) await (line.isStderr ? this.#stderr : this.#stdout).write(`${line.text}\n`);
  }

  end(): void {
    this.#lines.end();
  }

  async close(): Promise<void> {
    process.off("SIGINT", this.#onInterrupt);
    this.end();
    await Promise.all([this.#stdout.flush(), this.#stderr.flush()]);
  }

  readonly #onInterrupt = () => {
    this.#interrupt.abort();
    this.end();
  };

  /** The reader of the output is gone. A script still runs the lines that have arrived. */
  readonly #onReaderGone = () => {
    if (this.isInteractive) this.#onInterrupt();
    else this.#lines.stopWaiting();
  };
}
