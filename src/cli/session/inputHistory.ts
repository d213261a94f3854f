import type { ProfileFiles } from "./profileFiles.ts";

const FILE = "history.jsonl";
/** The bounds of the history. */
const MAX_ENTRIES = 1000;
const MAX_BYTES = 256 * 1024;
/** The file is written anew, within the bounds, when a program has appended this much. */
const MAX_APPENDED_ENTRIES = 200;
const MAX_APPENDED_BYTES = MAX_BYTES;

/**
 * The lines that a person entered in earlier runs: up to 1,000 entries and 256 KiB. Each entry is a line of JSON, so that
 * a text with several lines stays one entry. Entries of several programs mix in the order in which they were entered.
 */
export class InputHistory {
  readonly #files: ProfileFiles;
  #appendedEntries = 0;
  #appendedBytes = 0;
  /** The writes so far. They follow one another. */
  #writing: Promise<void> = Promise.resolve();

  constructor(files: ProfileFiles) {
    this.#files = files;
  }

  /** The entries, the newest last. A file without any valid entry is set aside. */
  async read(): Promise<string[]> {
    const text = (await this.#files.read(FILE)) ?? "";
    const lines = text.split("\n").filter((line) => line !== "");
    const entries = lines.map(parse).filter((line) => line !== undefined);
    if (lines.length > 0 && entries.length === 0) {
      await this.#files.setAside(FILE);
      return [];
    }
    const bounded = withinBounds(entries);
    // A program that was killed may have left part of a line, to which the next entry must not be appended.
    const isClean = bounded.length === lines.length && (text === "" || text.endsWith("\n"));
    if (!isClean) await this.#files.write(FILE, formatted(bounded));
    return bounded;
  }

  /** Adds an entry. Resolves when it is written, and never rejects. An entry larger than the bounds is left out. */
  add(line: string): Promise<void> {
    if (Buffer.byteLength(line) > MAX_BYTES) return this.#writing;
    this.#writing = this.#writing.then(() => this.#append(line));
    return this.#writing;
  }

  /** Resolves when all entries are written. */
  flush(): Promise<void> {
    return this.#writing;
  }

  async #append(line: string): Promise<void> {
    await this.#files.append(FILE, formatted([line]));
    this.#appendedEntries += 1;
    this.#appendedBytes += Buffer.byteLength(line);
    if (this.#appendedEntries < MAX_APPENDED_ENTRIES && this.#appendedBytes < MAX_APPENDED_BYTES) return;
    this.#appendedEntries = 0;
    this.#appendedBytes = 0;
    await this.read();
  }
}

function withinBounds(entries: readonly string[]): string[] {
  let bytes = 0;
  const newest = entries.slice(-MAX_ENTRIES);
  const first = newest.findLastIndex((line) => {
    bytes += Buffer.byteLength(line);
    return bytes > MAX_BYTES;
  });
  return newest.slice(first + 1);
}

function parse(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function formatted(entries: readonly string[]): string {
  return entries.map((line) => `${JSON.stringify(line)}\n`).join("");
}
