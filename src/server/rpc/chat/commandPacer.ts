/** Commands that are taken in one turn of the event loop: a few milliseconds' worth. */
const COMMANDS_PER_TURN = 128;

/**
 * Spreads commands over the turns of the event loop, one of each stream after the other: thousands that come at once would keep it for
 * tens of milliseconds, and with it everybody's deliveries.
 */
export class CommandPacer {
  #left = COMMANDS_PER_TURN;
  #scheduled = false;
  #waiting: (() => void)[] = [];

  /** Resolves when one more command may be taken; `undefined`: now. */
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
