/** How many commands are read in one turn of the event loop: a few milliseconds of work. */
const COMMANDS_PER_TURN = 128;

/**
 * Spreads the commands of all streams over the turns of the event loop. Thousands of commands in one turn would hold
 * the loop, and with it all deliveries, for tens of milliseconds.
 */
export class CommandPacer {
  #left = COMMANDS_PER_TURN;
  #scheduled = false;
  #waiting: (() => void)[] = [];

  /** Resolves when one more command may be read; `undefined` if it may be read now. First come, first served. */
  next(): Promise<void> | undefined {
    this.#schedule();
    if (this.#left > 0 && this.#waiting.length === 0) {
      this.#left -= 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#left = COMMANDS_PER_TURN;
      const next = this.#waiting.splice(0, COMMANDS_PER_TURN);
      this.#left -= next.length;
      if (this.#waiting.length > 0) this.#schedule();
      for (const resolve of next) resolve();
    });
  }
}
