import { cleanText } from "./cleanText.ts";

const MAX_LINES = 1000;
const MAX_BYTES = 256 * 1024;

/** The lines that were entered, the newest last: up to 1,000 lines and 256 KiB. */
export class History {
  readonly #lines: string[] = [];
  #bytes = 0;
  readonly #mayHoldSecret: (line: string) => boolean;

  constructor(lines: readonly string[], mayHoldSecret: (line: string) => boolean) {
    this.#mayHoldSecret = mayHoldSecret;
    for (const line of lines.slice(-MAX_LINES)) this.add(cleanText(line));
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Adds a line, unless it is blank, repeats the line before it, or may hold a secret. Returns whether it was added. */
  add(line: string): boolean {
    if (line.trim() === "" || line === this.#lines.at(-1) || this.#mayHoldSecret(line)) return false;
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line);
    while (this.#lines.length > MAX_LINES || this.#bytes > MAX_BYTES) {
      this.#bytes -= Buffer.byteLength(this.#lines.shift() ?? "");
    }
    return true;
  }
}
