import type { ChatResponse, Event } from "../../../src/gen/obrolan/v1/chat.ts";
import type { Queue } from "./queue.ts";

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
