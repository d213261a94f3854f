import type { Message } from "../../src/server/room/message.ts";
import type { Appended, Draft, Known, LogState, LogStore } from "../../src/server/room/ports/log.ts";

/** A log in an array: what a store is, in the fewest lines. Reads come back a turn of the event loop later, as a real store's do. */
export class ModelStore implements LogStore {
  readonly messages: Message[] = [];
  oldestId = 1;

  get headId(): number {
    return this.messages.length;
  }

  async state(): Promise<LogState> {
    return { logId: "model", headId: this.headId, oldestId: this.oldestId };
  }

  async append(batch: readonly Draft[]): Promise<Appended[]> {
    return batch.map(({ sessionId: _, requestId: __, at, ...draft }) => {
      const message = { ...draft, id: this.headId + 1, sentAt: at };
      this.messages.push(message);
      return { kind: "accepted", id: message.id, sentAt: at, duplicate: false };
    });
  }

  async read(from: number, to: number): Promise<Message[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.messages.slice(Math.max(from, this.oldestId) - 1, to);
  }

  async recent(accountId: number, count: number): Promise<number> {
    return this.visibleTo(accountId).at(-count)?.id ?? this.visibleTo(accountId)[0]?.id ?? 0;
  }

  async find(): Promise<Known | undefined> {
    return undefined;
  }

  async forget(before: number): Promise<void> {
    this.oldestId = Math.max(this.oldestId, Math.min(before, this.headId + 1));
  }

  /** What an account may see of what is kept, said in other words than in room/. */
  visibleTo(accountId: number): Message[] {
    return this.messages
      .slice(this.oldestId - 1)
      .filter(({ recipientId, senderId }) => recipientId === 0 || recipientId === accountId || senderId === accountId);
  }
}
