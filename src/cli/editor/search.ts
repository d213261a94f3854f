import { boundaryUpTo, previousBoundary } from "../text/graphemes.ts";
import { cleanLine } from "./cleanText.ts";
import type { Stroke } from "./keymap.ts";

/** The longest text that is searched for, in characters (UTF-16). */
const MAX_QUERY = 200;

/** A line that was found, and the index of what was searched for. */
export interface Match {
  readonly line: string;
  readonly index: number;
}

/** A search in the lines of the history, the newest first. It ignores upper and lower case. */
export class HistorySearch {
  /** The newest is last. */
  readonly #lines: readonly string[];
  readonly #lastQuery: string;
  /** The position of the match. */
  #at: number;
  #query = "";
  #match: Match | undefined;
  #isFailing = false;

  /** `lastQuery`: what was searched for before; the key of the search brings it back. */
  constructor(lines: readonly string[], lastQuery: string) {
    this.#lines = lines;
    this.#lastQuery = lastQuery;
    this.#at = lines.length - 1;
  }

  get query(): string {
    return this.#query;
  }

  /** The last line that was found. Undefined: nothing was searched for, or found. */
  get match(): Match | undefined {
    return this.#match;
  }

  /** Whether the last step found nothing. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Handles a key. Returns whether the search goes on, is left, or ends with the match as the line being typed. */
  handle(stroke: Stroke): "goesOn" | "isLeft" | "isAccepted" {
    if (stroke.kind === "text" || stroke.kind === "paste") this.#type(cleanLine(stroke.text));
    if (stroke.kind !== "command") return "goesOn";
    switch (stroke.command) {
      case "search":
        if (this.#query === "") this.#restart(this.#lastQuery);
        else this.#find(this.#match === undefined ? this.#at : this.#at - 1);
        return "goesOn";
      case "deleteLeft":
        this.#restart(this.#query.slice(0, previousBoundary(this.#query, this.#query.length)));
        return "goesOn";
      case "killToStart":
        this.#restart("");
        return "goesOn";
      case "alternative":
        return "goesOn";
      case "enter":
        return this.#match === undefined ? "goesOn" : "isAccepted";
      case "cancel":
        return "isLeft";
      default:
        return "isAccepted";
    }
  }

  /** Adds to the text that is searched for. A match that still fits stays. */
  #type(text: string): void {
    const query = this.#query + text;
    this.#query = query.slice(0, boundaryUpTo(query, Math.min(query.length, MAX_QUERY)));
    this.#find(this.#at);
  }

  /** Replaces the text that is searched for, and begins at the newest line again. */
  #restart(query: string): void {
    this.#query = query;
    this.#match = undefined;
    this.#at = this.#lines.length - 1;
    this.#find(this.#at);
  }

  /** Finds the newest match that is not newer than a position. */
  #find(newest: number): void {
    this.#isFailing = false;
    if (this.#query === "") return;
    const pattern = new RegExp(this.#query.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "iu");
    for (let at = newest; at >= 0; at--) {
      const line = this.#lines[at] ?? "";
      const index = line.search(pattern);
      if (index < 0) continue;
      this.#at = at;
      this.#match = { line, index: boundaryUpTo(line, index) };
      return;
    }
    this.#isFailing = true;
  }
}
