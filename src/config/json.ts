/** A position in a text. Line and column start at 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 forbids exactly these within a string.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Finds the position at which a text stops being JSON. Undefined if it is JSON. `JSON.parse` does not always report the
 * position, and its error repeats a part of the text, which may be a password.
 */
export function findJsonFault(text: string): Position | undefined {
  const scanner = new Scanner(text);
  const isJson = scanner.value() && scanner.atEnd();
  return isJson ? undefined : positionOf(text, scanner.at);
}

function positionOf(text: string, index: number): Position {
  const before = text.slice(0, index).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Reads JSON from left to right. Each method returns whether the text has what its name says, and moves past it. */
class Scanner {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  value(): boolean {
    this.#match(SPACE);
    if (this.#next("{")) return this.#list("}", () => this.#match(STRING) && this.#next(":") && this.value());
    if (this.#next("[")) return this.#list("]", () => this.value());
    return this.#match(STRING) || this.#match(SCALAR);
  }

  atEnd(): boolean {
    this.#match(SPACE);
    return this.at === this.#text.length;
  }

  #list(end: string, item: () => boolean): boolean {
    if (this.#next(end)) return true;
    do {
      this.#match(SPACE);
      if (!item()) return false;
    } while (this.#next(","));
    return this.#next(end);
  }

  #next(character: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.at = pattern.lastIndex;
    return true;
  }
}
