import type { Item } from "./item.ts";
import { type Input, LineReader } from "./lineReader.ts";
import type { Output } from "./output.ts";
import type { PlainLine } from "./plain.ts";
import type { Terminal } from "./terminal.ts";

/** What a pipe is made of. */
export interface PipeParts {
  readonly input: Input;
  readonly output: Output;
  /** For what is beside the conversation. */
  readonly aside: Output;
  readonly format: (item: Item) => PlainLine | undefined;
}

/** Lines in, lines out: for scripts, for files, for `--json`, and for terminals that cannot move their cursor. */
export class Pipe implements Terminal {
  readonly person: boolean;
  readonly interrupted: AbortSignal;
  readonly #parts: PipeParts;
  readonly #lines: LineReader;
  readonly #interrupt = new AbortController();

  constructor(parts: PipeParts) {
    this.#parts = parts;
    this.person = parts.input.isTTY === true;
    this.#lines = new LineReader(parts.input);
    this.interrupted = this.#interrupt.signal;
    parts.output.gone.addEventListener("abort", this.#onGone);
    // A script is ended by its signals as every program is; a person is let out through the door.
    if (this.person) process.once("SIGINT", this.#onInterrupt);
  }

  async line(): Promise<string | undefined> {
    try {
      return await this.#lines.next();
    } catch (error) {
      // A terminal that cannot be read has been closed.
      if (this.person) return undefined;
      throw error;
    }
  }

  async secret(prompt: string): Promise<string | undefined> {
    if (!this.person) return this.line();
    await this.#parts.aside.write(prompt);
    const secret = await this.#lines.secret();
    await this.#parts.aside.write("\n");
    return secret;
  }

  enterRoom(): void {}

  async show(item: Item): Promise<void> {
    const line = this.#parts.format(item);
    if (line !== undefined) await (line.aside ? this.#parts.aside : this.#parts.output).write(`${line.text}\n`);
  }

  end(): void {
    this.#lines.end();
  }

  async close(): Promise<void> {
    process.off("SIGINT", this.#onInterrupt);
    this.end();
    await Promise.all([this.#parts.output.flush(), this.#parts.aside.flush()]);
  }

  readonly #onInterrupt = () => {
    this.#interrupt.abort();
    this.end();
  };

  /** Nobody reads any more. A person has gone; of a script, what has come is carried out. */
  readonly #onGone = () => {
    if (this.person) this.#onInterrupt();
    else this.#lines.stopWaiting();
  };
}
