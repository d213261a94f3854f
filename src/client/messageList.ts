import type { Message } from "./events.ts";

/** Messages in the order of their ids. */
export class MessageList {
  readonly #messages: Message[] = [];
  #snapshot: readonly Message[] | undefined;

  get size(): number {
    return this.#messages.length;
  }

  get oldestId(): bigint | undefined {
    return this.#messages[0]?.id;
  }

  /** The messages as they are now. The array never changes: after a change of the list, this is another one. */
  get snapshot(): readonly Message[] {
    this.#snapshot ??= [...this.#messages];
    return this.#snapshot;
  }

  get(id: bigint): Message | undefined {
    const message = this.#messages[this.#indexOf(id)];
    return message?.id === id ? message : undefined;
  }

  /** Adds a message, or replaces the one with the same id. */
  set(message: Message): void {
    const index = this.#indexOf(message.id);
    this.#messages.splice(index, this.#messages[index]?.id === message.id ? 1 : 0, message);
    this.#snapshot = undefined;
  }

  /** Removes a message, and returns it. */
  delete(id: bigint): Message | undefined {
    const index = this.#indexOf(id);
    if (this.#messages[index]?.id !== id) return undefined;
    this.#snapshot = undefined;
    return this.#messages.splice(index, 1)[0];
  }

  /** Removes the oldest message, and returns it. */
  shift(): Message | undefined {
    this.#snapshot = undefined;
    return this.#messages.shift();
  }

  clear(): void {
    this.#messages.length = 0;
    this.#snapshot = undefined;
  }

  /** The index of the first message whose id is not smaller. */
  #indexOf(id: bigint): number {
    let low = 0;
    let high = this.#messages.length;
    // Most ids are of new messages.
    if ((this.#messages[high - 1]?.id ?? 0n) < id) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#messages[middle]?.id ?? 0n) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
