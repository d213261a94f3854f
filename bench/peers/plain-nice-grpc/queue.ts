/** What waits for one client; unbounded, as a first version has it. */
export class Queue<Item> {
  #items: Item[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** All that waits, in order. Taken in one piece: `shift` is slow on a long array, which would be an unfair handicap. */
  take(): Item[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /** Resolves when something waits, or the queue has ended. */
  async more(): Promise<void> {
    if (this.#items.length > 0 || this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
