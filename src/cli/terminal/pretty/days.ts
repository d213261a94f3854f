import type { Catalogue } from "../../catalogue/index.ts";
import type { Style } from "../style.ts";

/** Separates the days of messages. */
export class Days {
  readonly #style: Style;
  readonly #words: Catalogue["messages"];
  #day: string;

  /** `shown`: a time of the day for which no line is needed. Undefined: the first message gets a line, too. */
  constructor(style: Style, words: Catalogue["messages"], shown: Date | undefined) {
    this.#style = style;
    this.#words = words;
    this.#day = shown === undefined ? "" : shown.toDateString();
  }

  /** The line above a message, if the message is the first of a day; else empty. */
  lineBefore(at: Date): string {
    if (this.isShown(at)) return "";
    this.#day = at.toDateString();
    return `${this.#style.quiet(`── ${this.#words.day(at)} ──`)}\n`;
  }

  /** Whether a time is of the day that is being shown. */
  isShown(at: Date): boolean {
    return at.toDateString() === this.#day;
  }
}

/** The local time of day, for example `09:05`. */
export function timeOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
