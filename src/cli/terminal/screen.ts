import { setImmediate } from "node:timers/promises";
import type { ReadStream, WriteStream } from "node:tty";
import type { Completion } from "../room/person/completion.ts";
import type { Item } from "./item.ts";
import { Output } from "./output.ts";
import { Pretty } from "./pretty.ts";
import { Prompt } from "./prompt.ts";
import { makeStyle } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** `show` waits while more characters than this are queued. */
const MAX_QUEUED_CHARACTERS = 64 * 1024;
/** How many lines may be typed ahead. Further ones are dropped. */
const MAX_LINES_AHEAD = 1000;

/**
 * A terminal with a person at it. The line being typed stays at the bottom, whole and with its cursor; everything else
 * appears above it. A burst of items is written at once, so that the screen does not flicker.
 */
export class Screen implements Terminal {
  readonly isInteractive = true;
  readonly interrupted: AbortSignal;
  readonly #tty: WriteStream;
  readonly #output: Output;
  readonly #pretty: Pretty;
  readonly #prompt: Prompt;
  readonly #interrupt = new AbortController();
  readonly #lines: string[] = [];
  /** Resolves the pending `line()`. */
  #reader: ((line: string | undefined) => void) | undefined;
  #ended = false;
  /** The texts that wait to be written above the line being typed. */
  #queue: string[] = [];
  #queuedCharacters = 0;
  #flushing: Promise<void> | undefined;

  constructor(input: ReadStream, tty: WriteStream, output = new Output(tty)) {
    this.#tty = tty;
    this.#output = output;
    this.#pretty = new Pretty(makeStyle(tty.hasColors()));
    this.interrupted = AbortSignal.any([this.#interrupt.signal, this.#output.readerGone]);
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
      this.#reader = resolve;
    });
  }

  async secret(prompt: string): Promise<string | undefined> {
    this.#prompt.askSecret(prompt);
    const secret = await this.line();
    this.#prompt.askSecret(undefined);
    return secret;
  }

  enterRoom(complete: (before: string) => Completion): void {
    this.#prompt.startHistory();
    this.#prompt.complete = (line) => {
      const { from, candidates } = complete(line);
      return candidates.map((candidate) => `${line.slice(0, from)}${candidate} `);
    };
  }

  async show(item: Item): Promise<void> {
    const text = this.#pretty.format(item, this.#tty.columns || 80);
    if (text === "") return;
    this.#queue.push(text);
    this.#queuedCharacters += text.length;
    this.#schedule();
    if (this.#queuedCharacters > MAX_QUEUED_CHARACTERS) await this.#flushing;
  }

  setStatus(): void {}
  setPending(): void {}
  offer(): void {}
  notify(): void {}

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#prompt.close();
    this.#schedule();
    this.#reader?.(undefined);
  }

  async close(): Promise<void> {
    this.end();
    await this.#flushing;
    await this.#output.flush();
  }

  #onLine(line: string): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) reader(line);
    else if (this.#lines.length < MAX_LINES_AHEAD) this.#lines.push(line);
  }

  #schedule(): void {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
  }

  /** Writes everything that gathers in one turn of the event loop, or while the terminal is busy, at once. */
  async #flush(): Promise<void> {
    do {
      await setImmediate();
      const text = this.#queue.join("\n");
      this.#queue = [];
      this.#queuedCharacters = 0;
      await this.#output.write(text === "" ? this.#prompt.takeEcho() : this.#prompt.insertAbove(text));
    } while (this.#queue.length > 0 || this.#prompt.hasEcho);
  }
}
