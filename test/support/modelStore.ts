import type { Message } from "../../src/server/log/entry.ts";
import type { AppendResult, Draft, KnownMessage, LogState, LogStore } from "../../src/server/log/ports/logStore.ts";

/** A log in an array. */
export class ModelLog {
  readonly logId: string;
  readonly messages: Message[];
  oldestId: number;

  constructor(logId: string, messages: Message[] = [], oldestId = 1) {
    this.logId = logId;
    this.messages = messages;
    this.oldestId = oldestId;
  }

  get headId(): number {
    return this.messages.length;
  }

  /** The messages in the log that an account may see, by a definition independent of the code under test. */
  visibleTo(accountId: number): Message[] {
    return this.messages
      .slice(this.oldestId - 1)
      .filter(({ recipientId, senderId }) => recipientId === 0 || recipientId === accountId || senderId === accountId);
  }
}

/** A simple store to compare with. `read` resolves a turn of the event loop later, like that of a real store. */
export class ModelStore implements LogStore {
  /** All logs so far; the last one is the current log. */
  readonly #logs = [new ModelLog("model")];

  get log(): ModelLog {
    return this.#logs.at(-1) as ModelLog;
  }

  get headId(): number {
    return this.log.headId;
  }

  /** The log with this id, as it is, or as it was at its regression. */
  logOf(logId: string): ModelLog {
    return this.#logs.find((log) => log.logId === logId) as ModelLog;
  }

  /** Lets the log regress: only the messages up to `headId` remain, and the log gets a new id. */
  regress(headId: number): void {
    const { messages, oldestId } = this.log;
    this.#logs.push(
      new ModelLog(`model-${this.#logs.length}`, messages.slice(0, headId), Math.min(oldestId, headId + 1)),
    );
  }

  async state(): Promise<LogState> {
    const { logId, headId, oldestId } = this.log;
    return { logId, headId, oldestId };
  }

  async append(batch: readonly Draft[]): Promise<AppendResult[]> {
    return batch.map(({ sessionId: _, requestId: __, at, ...draft }) => {
      const message = { ...draft, id: this.headId + 1, sentAt: at };
      this.log.messages.push(message);
      return { kind: "accepted", id: message.id, sentAt: at, duplicate: false };
    });
  }

  async read(from: number, to: number): Promise<Message[]> {
    const messages = this.log.messages.slice(Math.max(from, this.log.oldestId) - 1, Math.max(to, 0));
    await new Promise((resolve) => setImmediate(resolve));
    return messages;
  }

  async recent(accountId: number, count: number): Promise<number> {
    const visible = this.log.visibleTo(accountId);
    return visible.at(-count)?.id ?? visible[0]?.id ?? 0;
  }

  async find(): Promise<KnownMessage | undefined> {
    return undefined;
  }

  async truncate(before: number): Promise<void> {
    this.log.oldestId = Math.max(this.log.oldestId, Math.min(before, this.headId + 1));
  }
}
