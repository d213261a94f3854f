import { ReadStream } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { sniff } from "./encoding.ts";
import { notUtf8, unreadable, wrongEncoding } from "./inputError.ts";

/** A longer line may be cut, but keeps one byte more than this, so that it is still refused as too long. */
const MAX_LINE_BYTES = 64 * 1024;
const NEW_LINE = 0x0a;

/** Standard input, or its replacement in a test. */
export interface Input extends AsyncIterable<Buffer> {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/**
 * Reads lines unchanged, no faster than they are asked for. A script must be UTF-8, with or without a byte-order mark;
 * otherwise an `InputError` is thrown, and no more lines come. Invalid UTF-8 of a terminal is replaced instead.
 */
export class LineReader {
  readonly #input: Input;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #stopped = Promise.withResolvers<undefined>();
  /** The bytes that were read and are not yet part of a line. */
  #bytes: Buffer = Buffer.alloc(0);
  /** The read in flight. */
  #chunk: Promise<IteratorResult<Buffer>> | undefined;
  #lineNumber = 0;
  #isEncodingKnown: boolean;
  #ended = false;
  #isWaiting = true;
  /** The line in `#bytes` was cut: drop the input up to the end of that line. */
  #dropping = false;

  constructor(input: Input) {
    this.#input = input;
    this.#chunks = input[Symbol.asyncIterator]();
    this.#isEncodingKnown = input.isTTY === true;
  }

  /** The next line without its line end; undefined after the last one. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#isEncodingKnown ? this.#bytes.indexOf(NEW_LINE) : -1;
      if (end >= 0) return this.#cut(end, 1).replace(/\r$/, "");
      if (await this.#readMore()) continue;
      return this.#bytes.length === 0 ? undefined : this.#cut(this.#bytes.length, 0);
    }
  }

  /** The next line, not echoed if it is typed at a terminal. Undefined: the user cancelled. */
  async secret(): Promise<string | undefined> {
    if (!this.#input.isTTY || this.#bytes.includes(NEW_LINE)) return this.next();
    this.#input.setRawMode?.(true);
    try {
      return await this.#readRaw();
    } finally {
      this.#input.setRawMode?.(false);
    }
  }

  /** Ends the input: a pending `next()` resolves with undefined, and further input is dropped. */
  end(): void {
    this.#stop();
    this.#stopped.resolve(undefined);
  }

  /** Ends the input after the lines that have arrived. A file never blocks, so it is read to its end. */
  stopWaiting(): void {
    this.#isWaiting = false;
    this.#stopped.resolve(undefined);
  }

  /** Reads a line key by key from a terminal in raw mode. */
  async #readRaw(): Promise<string | undefined> {
    let secret = "";
    for (;;) {
      const key = this.#key();
      if (key === undefined) {
        if (!(await this.#readMore())) return undefined;
        continue;
      }
      if (key === "\r" || key === "\n") return secret;
      if (key === "\u0003" || (key === "\u0004" && secret === "")) return undefined;
      if (key === "\u007f" || key === "\b") secret = [...secret].slice(0, -1).join("");
      else if (key >= " ") secret += key;
    }
  }

  /** The first character of `#bytes`; undefined if some of its bytes are missing. */
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
      // A line that was cut may end inside a character; `stream` leaves its bytes out.
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line, {
        stream: length > MAX_LINE_BYTES,
      });
    } catch {
      this.#stop();
      throw notUtf8(this.#lineNumber);
    }
  }

  async #readMore(): Promise<boolean> {
    if (this.#ended) return false;
    const chunk = await this.#nextChunk();
    if (this.#ended) return false;
    if (chunk === undefined) {
      // The last line may be incomplete, so it is not run.
      this.#stop();
      return false;
    }
    if (chunk.done) this.#ended = true;
    else this.#add(chunk.value);
    return this.#detectEncoding() || !this.#ended;
  }

  /** The next chunk of the input. Undefined: it has not arrived, and this reader no longer waits. */
  async #nextChunk(): Promise<IteratorResult<Buffer> | undefined> {
    this.#chunk ??= this.#chunks.next();
    try {
      let chunk = this.#isWaiting ? await Promise.race([this.#chunk, this.#stopped.promise]) : undefined;
      if (chunk === undefined && !this.#ended) chunk = await this.#arrived(this.#chunk);
      if (chunk !== undefined) this.#chunk = undefined;
      return chunk;
    } catch (error) {
      if (this.#ended) return undefined;
      this.#stop();
      throw unreadable(error);
    }
  }

  /** The chunk if it has arrived already; one turn of the event loop delivers it. */
  #arrived(chunk: Promise<IteratorResult<Buffer>>): Promise<IteratorResult<Buffer> | undefined> {
    return this.#input instanceof ReadStream ? chunk : Promise.race([chunk, setImmediate(undefined)]);
  }

  /** Detects the encoding once. Returns whether this call has detected it: then `#bytes` may hold lines. */
  #detectEncoding(): boolean {
    if (this.#isEncodingKnown) return false;
    const sniffed = sniff(this.#bytes, this.#ended);
    if (sniffed.kind === "unknown") return false;
    if (sniffed.kind === "other") {
      this.#stop();
      throw wrongEncoding(sniffed.encoding);
    }
    this.#isEncodingKnown = true;
    this.#bytes = this.#bytes.subarray(sniffed.skip);
    return true;
  }

  #stop(): void {
    this.#ended = true;
    this.#bytes = Buffer.alloc(0);
    // The read in flight has no other handler for its error.
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
