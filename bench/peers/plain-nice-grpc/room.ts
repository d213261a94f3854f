import { type ChatResponse, type Event, Message } from "../../../src/gen/obrolan/v1/chat.ts";

/** The clients in the room and the newest id, in memory only: there is no log to commit to or to resume from. */
export class Room {
  readonly #members = new Set<Queue<ChatResponse>>();
  #head = 0n;

  get head(): bigint {
    return this.#head;
  }

  enter(member: Queue<ChatResponse>): void {
    this.#members.add(member);
  }

  leave(member: Queue<ChatResponse>): void {
    this.#members.delete(member);
  }

  /** Sends a message to all clients, including the sender. */
  say(sender: string, text: string): { id: bigint; sentAt: Date } {
    this.#head += 1n;
    const id = this.#head;
    const sentAt = new Date();
    const event: Event = {
      requestId: "",
      event: { $case: "message", value: Message.create({ id, sender, text, sentAt }) },
    };
    const response: ChatResponse = { events: [event], cursor: id };
    for (const member of this.#members) member.push(response);
    return { id, sentAt };
  }
}

/** The responses that wait for one client. The queue is unbounded, as in a first version of a server. */
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

  /** Removes and returns all items. `shift` for each item is slow on a long array, and would be unfair to this peer. */
  take(): Item[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /** Resolves when the queue has an item or has ended. */
  async more(): Promise<void> {
    if (this.#items.length > 0 || this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
