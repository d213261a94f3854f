import { type Message, maySee } from "../../../src/server/log/entry.ts";
import type { AppendResult, Draft } from "../../../src/server/log/ports/logStore.ts";

/** A model of `LogStore`: what a log does with drafts, in the fewest lines. */
export class LogModel {
  readonly messages: Message[] = [];
  readonly #headId: number;
  readonly #endedSessions: ReadonlySet<number>;
  readonly #known = new Map<string, Message>();

  /** `headId`: the head of the log before the first message of the model. */
  constructor(start: { headId: number; endedSessions?: ReadonlySet<number> }) {
    this.#headId = start.headId;
    this.#endedSessions = start.endedSessions ?? new Set();
  }

  append(batch: readonly Draft[]): AppendResult[] {
    return batch.map((draft) => this.#appendOne(draft));
  }

  /** Of the newest `count` messages that an account may see, the id of the oldest; 0 if it may see none. */
  recent(accountId: number, count: number): number {
    const seen = this.messages.filter((message) => maySee(accountId, message));
    return seen.slice(-count)[0]?.id ?? 0;
  }

  #appendOne({ sessionId, requestId, at, ...draft }: Draft): AppendResult {
    if (this.#endedSessions.has(sessionId)) return { kind: "session-ended" };
    const key = `${draft.senderId} ${requestId}`;
    const known = requestId === "" ? undefined : this.#known.get(key);
    if (known !== undefined) {
      if (known.text !== draft.text || known.recipientId !== draft.recipientId) return { kind: "reused" };
      return { kind: "accepted", id: known.id, sentAt: known.sentAt, duplicate: true };
    }
    const sentAt = Math.max(at, this.messages.at(-1)?.sentAt ?? 0);
    const message = { ...draft, id: this.#headId + this.messages.length + 1, sentAt };
    this.messages.push(message);
    this.#known.set(key, message);
    return { kind: "accepted", id: message.id, sentAt, duplicate: false };
  }
}
