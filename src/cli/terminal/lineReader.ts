import { ReadStream } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { sniff } from "./encoding.ts";
import { notUtf8, unreadable, wrongEncoding } from "./inputError.ts";

/** How much of a line is kept, in bytes. More could never be sent; the rest, up to the line end, is left out. */
const MAX_LINE_BYTES = 64 * 1024;
const NEW_LINE = 0x0a;

/** Standard input, or what stands for it. */
export interface Input extends AsyncIterable<Buffer> {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/**
 * Reads lines as they are, no faster than they are asked for. A script must be UTF-8, with or without a byte-order mark: else an
 * `InputError` is thrown, and no more lines come. What a terminal sends is taken as well as can be.
 */
export class LineReader {
  readonly #input: Input;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #over = Promise.withResolvers<undefined>();
  #bytes: Buffer = Buffer.alloc(0);
  #chunk: Promise<IteratorResult<Buffer>> | undefined;
  #lineNumber = 0;
  #begun: boolean;
  #ended = false;
  #waits = true;
  /** The line at the beginning of `#bytes` has been cut, and what comes belongs to it up to its end. */
  #dropping = false;

  constructor(input: Input) {
    this.#input = input;
    this.#chunks = input[Symbol.asyncIterator]();
    this.#begun = input.isTTY === true;
  }

  /** The next line without its end; undefined: there are no more. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#begun ? this.#bytes.indexOf(NEW_LINE) : -1;
      if (end >= 0) return this.#cut(end, 1).replace(/\r$/, "");
      if (await this.#more()) continue;
      return this.#bytes.length === 0 ? undefined : this.#cut(this.#bytes.length, 0);
    }
  }

  /** The next line; where somebody types it, they do not see it. Undefined: they gave up. */
  async secret(): Promise<string | undefined> {
    if (!this.#input.isTTY || this.#bytes.includes(NEW_LINE)) return this.next();
    this.#input.setRawMode?.(true);
    try {
      return await this.#blind();
    } finally {
      this.#input.setRawMode?.(false);
    }
  }

  /** There are no more lines, whatever still comes. */
  end(): void {
    this.#stop();
    this.#over.resolve(undefined);
  }

  /** The lines that have come are the last ones: a pipe is not waited for any more. A file keeps nobody waiting, and is read to its end. */
  stopWaiting(): void {
    this.#waits = false;
    this.#over.resolve(undefined);
  }

  /** Reads what a terminal in raw mode sends, which is keys. */
  async #blind(): Promise<string | undefined> {
    let secret = "";
    for (;;) {
      const key = this.#key();
      if (key === undefined) {
        if (!(await this.#more())) return undefined;
        continue;
      }
      if (key === "\r" || key === "\n") return secret;
      if (key === "\u0003" || (key === "\u0004" && secret === "")) return undefined;
      if (key === "\u007f" || key === "\b") secret = [...secret].slice(0, -1).join("");
      else if (key >= " ") secret += key;
    }
  }

  /** The first character that has come; undefined: not all of its bytes have. */
  #key(): string | undefined {
    const [first] = this.#bytes;
    if (first === undefined) return undefined;
    const length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (this.#bytes.length < length) return undefined;
    const key = this.#bytes.toString("utf8", 0, length);
    this.#bytes = this.#bytes.subarray(length);
    return key;
  }

  #cut(length: number, lineEnd: number): string {
    const line = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length + lineEnd);
    this.#lineNumber += 1;
    if (this.#input.isTTY) return line.toString();
    try {
      // A line that was cut may end in the middle of a character, which `stream` leaves out.
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line, {
        stream: length > MAX_LINE_BYTES,
      });
    } catch {
      this.#stop();
      throw notUtf8(this.#lineNumber);
    }
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const chunk = await this.#next();
    if (this.#ended) return false;
    if (chunk === undefined) {
      // What has come of the last line may be a part of it.
      this.#stop();
      return false;
    }
    if (chunk.done) this.#ended = true;
    else this.#add(chunk.value);
    return this.#begin() || !this.#ended;
  }

  /** The next piece of the input; undefined: it is not waited for. */
  async #next(): Promise<IteratorResult<Buffer> | undefined> {
    this.#chunk ??= this.#chunks.next();
    try {
      let chunk = this.#waits ? await Promise.race([this.#chunk, this.#over.promise]) : undefined;
      if (chunk === undefined && !this.#ended) chunk = await this.#whatIsThere(this.#chunk);
      if (chunk !== undefined) this.#chunk = undefined;
      return chunk;
    } catch (error) {
      if (this.#ended) return undefined;
      this.#stop();
      throw unreadable(error);
    }
  }

  /** What has come already: a turn of the event loop brings it. */
  #whatIsThere(chunk: Promise<IteratorResult<Buffer>>): Promise<IteratorResult<Buffer> | undefined> {
    return this.#input instanceof ReadStream ? chunk : Promise.race([chunk, setImmediate(undefined)]);
  }

  /** Looks once for the encoding. Returns whether it has been settled just now, so that there may be lines. */
  #begin(): boolean {
    if (this.#begun) return false;
    const sniffed = sniff(this.#bytes, this.#ended);
    if (sniffed.kind === "unknown") return false;
    if (sniffed.kind === "other") {
      this.#stop();
      throw wrongEncoding(sniffed.encoding);
    }
    this.#begun = true;
    this.#bytes = this.#bytes.subarray(sniffed.skip);
    return true;
  }

  #stop(): void {
    this.#ended = true;
    this.#bytes = Buffer.alloc(0);
    // Whatever becomes of it, nobody waits for it.
    this.#chunk?.catch(() => undefined);
  }

  #add(chunk: Buffer): void {
    const end = this.#dropping ? chunk.indexOf(NEW_LINE) : 0;
    if (end < 0) return;
    this.#dropping = false;
    const added = chunk.subarray(end);
    this.#bytes = this.#bytes.length === 0 ? added : Buffer.concat([this.#bytes, added]);
    if (this.#bytes.length > MAX_LINE_BYTES && !this.#bytes.includes(NEW_LINE)) {
      this.#bytes = this.#bytes.subarray(0, MAX_LINE_BYTES + 1);
      this.#dropping = true;
    }
  }
}
