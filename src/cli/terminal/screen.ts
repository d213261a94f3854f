import { setImmediate } from "node:timers/promises";
import type { ReadStream, WriteStream } from "node:tty";
import type { Item } from "./item.ts";
import { Output } from "./output.ts";
import { Pretty } from "./pretty.ts";
import { Prompt } from "./prompt.ts";
import { makeStyle } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** How much may wait to be shown, in characters, before whoever shows more has to wait. */
const MAX_QUEUED = 64 * 1024;
/** How many lines may be typed ahead; more are left out. */
const MAX_AHEAD = 1000;

/**
 * A terminal with somebody at it. The line that is being typed stays at the bottom, whole and with its cursor; everything else
 * appears above it. What comes in a burst is written at once, so that nothing flickers.
 */
export class Screen implements Terminal {
  readonly person = true;
  readonly interrupted: AbortSignal;
  readonly #tty: WriteStream;
  readonly #output: Output;
  readonly #pretty: Pretty;
  readonly #prompt: Prompt;
  readonly #interrupt = new AbortController();
  readonly #lines: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #ended = false;
  #above: string[] = [];
  #queued = 0;
  #flushing: Promise<void> | undefined;

  constructor(input: ReadStream, tty: WriteStream, output = new Output(tty)) {
    this.#tty = tty;
    this.#output = output;
    this.#pretty = new Pretty(makeStyle(tty.hasColors()));
    this.interrupted = AbortSignal.any([this.#interrupt.signal, this.#output.gone]);
    this.#prompt = new Prompt(input, tty, {
      onEcho: () => this.#schedule(),
      onLine: (line) => this.#onLine(line),
      onInterrupt: () => {
        this.#interrupt.abort();
        this.end();
      },
      onEnd: () => this.end(),
    });
  }

  line(): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#ended) return Promise.resolve(line);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async secret(prompt: string): Promise<string | undefined> {
    this.#prompt.ask(prompt);
    const secret = await this.line();
    this.#prompt.ask(undefined);
    return secret;
  }

  enterRoom(completions: (line: string) => string[]): void {
    this.#prompt.remember();
    this.#prompt.complete = completions;
  }

  async show(item: Item): Promise<void> {
    const text = this.#pretty.format(item, this.#tty.columns || 80);
    if (text === "") return;
    this.#above.push(text);
    this.#queued += text.length;
    this.#schedule();
    if (this.#queued > MAX_QUEUED) await this.#flushing;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#prompt.close();
    this.#schedule();
    this.#waiting?.(undefined);
  }

  async close(): Promise<void> {
    this.end();
    await this.#flushing;
    await this.#output.flush();
  }

  #onLine(line: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) waiting(line);
    else if (this.#lines.length < MAX_AHEAD) this.#lines.push(line);
  }

  #schedule(): void {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
  }

  /** Writes what gathers in a turn of the event loop, or while the terminal does not take more, in one go. */
  async #flush(): Promise<void> {
    do {
      await setImmediate();
      const above = this.#above.join("\n");
      this.#above = [];
      this.#queued = 0;
      await this.#output.write(above === "" ? this.#prompt.takeEcho() : this.#prompt.above(above));
    } while (this.#above.length > 0 || this.#prompt.hasEcho);
  }
}
