/** A position on the screen; both count from 1. */
export interface Position {
  readonly row: number;
  readonly column: number;
}

/** The question for the cursor's position (DSR). */
const QUESTION = "\u001b[6n";
/** At most so many questions are open. */
const MAX_OPEN = 256;

/**
 * Asks the terminal where its cursor is. A terminal that does not answer within the limit is not asked again, unless the
 * answer comes after all.
 */
export class PositionQuery {
  readonly #limitMs: number;
  /** The open questions, the oldest first. */
  #open: ((position: Position | undefined) => void)[] = [];
  /** The number of questions that were given up and may still be answered. */
  #givenUp = 0;
  #isSilent = false;
  #timer: NodeJS.Timeout | undefined;

  /** `limitMs`: how long to wait for an answer (ms). */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Whether an answer may still come within the limit. */
  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  /**
   * The question to write to the terminal; empty: the terminal is not asked. `onAnswer` is called once, with undefined
   * if there is no answer.
   */
  ask(onAnswer: (position: Position | undefined) => void): string {
    if (this.#isSilent || this.#open.length >= MAX_OPEN) {
      onAnswer(undefined);
      return "";
    }
    this.#open.push(onAnswer);
    this.#timer ??= setTimeout(() => this.giveUp(), this.#limitMs);
    return QUESTION;
  }

  /** Takes the answer to the oldest question. */
  take(position: Position): void {
    if (this.#givenUp > 0) {
      this.#givenUp -= 1;
      if (this.#givenUp === 0) this.#isSilent = false;
      return;
    }
    const onAnswer = this.#open.shift();
    this.#stopTimer();
    if (this.isOpen) this.#timer = setTimeout(() => this.giveUp(), this.#limitMs);
    onAnswer?.(position);
  }

  /** Gives all open questions up. */
  giveUp(): void {
    this.#stopTimer();
    const open = this.#open;
    this.#open = [];
    if (open.length === 0) return;
    this.#givenUp += open.length;
    this.#isSilent = true;
    for (const onAnswer of open) onAnswer(undefined);
  }

  /** Resolves when no question is open. */
  settled(): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      const last = this.#open.pop();
      this.#open.push((position) => {
        last?.(position);
        resolve();
      });
    });
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
