import { StringDecoder } from "node:string_decoder";

/** How much of a line is kept, in characters. More could never be sent; the rest, up to the line end, is left out. */
const MAX_LINE = 64 * 1024;

/** Standard input, or what stands for it. */
export interface Input extends AsyncIterable<Buffer> {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/** Reads lines as they are, no faster than they are asked for. */
export class LineReader {
  readonly #input: Input;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #decoder = new StringDecoder("utf8");
  readonly #over = Promise.withResolvers<undefined>();
  #text = "";
  #ended = false;
  #dropping = false;

  constructor(input: Input) {
    this.#input = input;
    this.#chunks = input[Symbol.asyncIterator]();
  }

  /** The next line without its end; undefined: there are no more. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) return this.#cut(end, 1).replace(/\r$/, "");
      if (!(await this.#more())) return this.#text === "" ? undefined : this.#cut(this.#text.length, 0);
    }
  }

  /** The next line; where somebody types it, they do not see it. Undefined: they gave up. */
  async secret(): Promise<string | undefined> {
    if (!this.#input.isTTY || this.#text.includes("\n")) return this.next();
    this.#input.setRawMode?.(true);
    try {
      return await this.#blind();
    } finally {
      this.#input.setRawMode?.(false);
    }
  }

  /** There are no more lines, whatever still comes. */
  end(): void {
    this.#ended = true;
    this.#text = "";
    this.#over.resolve(undefined);
  }

  /** Reads what a terminal in raw mode sends, which is keys. */
  async #blind(): Promise<string | undefined> {
    let secret = "";
    for (;;) {
      const [key] = this.#text;
      if (key === undefined) {
        if (!(await this.#more())) return undefined;
        continue;
      }
      this.#text = this.#text.slice(key.length);
      if (key === "\r" || key === "\n") return secret;
      if (key === "\u0003" || (key === "\u0004" && secret === "")) return undefined;
      if (key === "\u007f" || key === "\b") secret = [...secret].slice(0, -1).join("");
      else if (key >= " ") secret += key;
    }
  }

  #cut(length: number, lineEnd: number): string {
    const line = this.#text.slice(0, length);
    this.#text = this.#text.slice(length + lineEnd);
    return line;
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const chunk = await Promise.race([this.#chunks.next().catch(() => undefined), this.#over.promise]);
    if (this.#ended || chunk === undefined || chunk.done) {
      this.#ended = true;
      return false;
    }
    this.#add(this.#decoder.write(chunk.value));
    return true;
  }

  #add(text: string): void {
    const end = this.#dropping ? text.indexOf("\n") : 0;
    if (end < 0) return;
    this.#dropping = false;
    this.#text += text.slice(end);
    if (this.#text.length > MAX_LINE && !this.#text.includes("\n")) {
      this.#text = this.#text.slice(0, MAX_LINE + 1);
      this.#dropping = true;
    }
  }
}
