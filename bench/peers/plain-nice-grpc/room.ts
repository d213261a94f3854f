import type { ChatResponse, Event } from "../../../src/gen/obrolan/v1/chat.ts";

/** Who is in the room, and how far the ids have come. In memory only: no log, no commit, nothing to come back to. */
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

  /** Says something to everyone, the sender included. */
  say(sender: string, text: string): { id: bigint; sentAt: Date } {
    this.#head += 1n;
    const id = this.#head;
    const sentAt = new Date();
    const event: Event = {
      requestId: "",
      event: { $case: "message", value: { id, sender, recipient: "", text, sentAt } },
    };
    const response: ChatResponse = { events: [event], cursor: id };
    for (const member of this.#members) member.push(response);
    return { id, sentAt };
  }
}

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
