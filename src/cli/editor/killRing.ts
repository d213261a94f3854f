const MAX_TEXTS = 16;

/** The texts that were killed last, up to 16 of them. */
export class KillRing {
  /** The newest is last. */
  readonly #texts: string[] = [];
  /** How far before the newest text the current one is. */
  #back = 0;

  /**
   * Keeps a text. `joins`: it was killed right after the newest one, and becomes a part of it, before it or after it.
   */
  kill(text: string, side: "before" | "after", joins: boolean): void {
    this.#back = 0;
    if (text === "") return;
    const newest = joins ? (this.#texts.pop() ?? "") : "";
    this.#texts.push(side === "before" ? text + newest : newest + text);
    if (this.#texts.length > MAX_TEXTS) this.#texts.shift();
  }

  /** The current text; undefined: none was killed. */
  get current(): string | undefined {
    return this.#texts.at(-1 - this.#back);
  }

  /** Makes the text before the current one the current one; after the oldest comes the newest. */
  rotate(): void {
    if (this.#texts.length > 0) this.#back = (this.#back + 1) % this.#texts.length;
  }
}
