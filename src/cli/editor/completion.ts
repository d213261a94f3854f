import type { Catalogue } from "../catalogue/index.ts";
import { boundaryUpTo } from "../text/graphemes.ts";
import type { BufferState } from "./buffer.ts";

/** How many candidates the hint shows. */
const MAX_SHOWN = 8;

/** What a part of a line can be completed to. */
export interface Completion {
  /** The part that is completed goes from this index to the cursor. */
  readonly from: number;
  /** What can stand in its place, the likeliest first, without a blank at the end. None: there is no completion. */
  readonly candidates: readonly string[];
}

/** The completions of one part of a line, which Tab goes through. What was typed comes before the first. */
export class CompletionCycle {
  readonly #before: string;
  readonly #typed: string;
  readonly #after: string;
  readonly #candidates: readonly string[];
  /** -1: what was typed, or the beginning that all candidates share. */
  #at = -1;

  /** `state`: the line and its cursor. */
  constructor({ from, candidates }: Completion, { text, cursor }: BufferState) {
    const start = boundaryUpTo(text, Math.min(Math.max(from, 0), cursor));
    this.#before = text.slice(0, start);
    this.#typed = text.slice(start, cursor);
    this.#after = text.slice(cursor);
    this.#candidates = candidates;
  }

  /** Whether there is something to go through. */
  get hasSeveral(): boolean {
    return this.#candidates.length > 1;
  }

  /** Whether a candidate is in the line, with the cursor after the blank behind it. */
  get isComplete(): boolean {
    return this.#at >= 0;
  }

  /** Whether that blank was in the line before the completion. */
  get hasBlank(): boolean {
    return this.#after.startsWith(" ");
  }

  /** The line before the completion. */
  get original(): BufferState {
    const text = this.#before + this.#typed;
    return { text: text + this.#after, cursor: text.length };
  }

  /**
   * The line after the first Tab: with the only candidate, or with the beginning that all share. If that adds nothing to
   * what was typed, the first candidate. `step` is -1 for Shift-Tab, which begins at the last candidate.
   */
  begin(step: 1 | -1): BufferState {
    const adds = this.#shared.length > this.#typed.length;
    const isQuestion = this.#typed === "" && this.hasSeveral;
    return step > 0 && this.hasSeveral && (adds || isQuestion) ? this.#state() : this.step(step);
  }

  /** The line with the next candidate, or with the one before. */
  step(step: 1 | -1): BufferState {
    const count = this.#candidates.length + 1;
    this.#at = ((this.#at + 1 + step + count) % count) - 1;
    return this.#state();
  }

  /** The candidates in one line, with brackets around the one in the line. */
  hint(words: Catalogue["editor"]): string {
    if (!this.hasSeveral) return "";
    const first = Math.max(0, Math.min(this.#at - MAX_SHOWN + 1, this.#candidates.length - MAX_SHOWN));
    const shown = this.#candidates.slice(first, first + MAX_SHOWN).map((candidate, index) => {
      return first + index === this.#at ? `[${candidate}]` : candidate;
    });
    const hidden = this.#candidates.length - shown.length;
    return [...shown, ...(hidden > 0 ? [words.moreCandidates(hidden)] : [])].join("  ");
  }

  #state(): BufferState {
    const candidate = this.#candidates[this.#at];
    if (candidate === undefined) {
      const text = this.#before + (this.#shared.length > this.#typed.length ? this.#shared : this.#typed);
      return { text: text + this.#after, cursor: text.length };
    }
    const text = `${this.#before}${candidate} `;
    return { text: text + (this.hasBlank ? this.#after.slice(1) : this.#after), cursor: text.length };
  }

  /** The beginning that all candidates share. */
  get #shared(): string {
    const [first = "", ...others] = this.#candidates;
    let length = first.length;
    for (const other of others) {
      let same = 0;
      while (same < length && first[same] === other[same]) same++;
      length = same;
    }
    return first.slice(0, boundaryUpTo(first, length));
  }
}
