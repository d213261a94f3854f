import { type Deleted, type Edited, type Entry, type Message, textOf, timeOf } from "../../src/server/log/entry.ts";
import {
  type AppendResult,
  type Content,
  contentOf,
  type Draft,
  type HistoryPage,
  type HistoryQuery,
  type KnownResult,
  type LogState,
  type LogStore,
  messageOf,
} from "../../src/server/log/ports/logStore.ts";

/** A log in an array. */
export class ModelLog {
  readonly logId: string;
  /** The entries as they were appended. The entry with the id 1 comes first. */
  readonly appended: Entry[];
  /** The entries as they are now, also those before `oldestId`. */
  readonly entries: Entry[];
  /** What `find` knows, by sender and request id. */
  readonly requests: Map<string, { readonly content: Content; readonly id: number }>;
  oldestId: number;

  constructor(
    logId: string,
    appended: readonly Entry[] = [],
    oldestId = 1,
    requests: ModelLog["requests"] = new Map(),
  ) {
    this.logId = logId;
    this.oldestId = oldestId;
    this.requests = new Map([...requests].filter(([, { id }]) => id <= appended.length));
    this.appended = [];
    this.entries = [];
    for (const entry of appended) this.add(entry);
  }

  get headId(): number {
    return this.entries.length;
  }

  /** Appends an entry. A change takes effect on the entries before it. */
  add(entry: Entry): void {
    this.appended.push(entry);
    this.entries.push(entry);
    if (entry.kind !== "edited" && entry.kind !== "deleted") return;
    const messageId = messageIdOf(entry);
    for (const [i, earlier] of this.entries.slice(0, -1).entries()) {
      if (earlier.kind === "message" && earlier.id === messageId && entry.kind === "edited")
        this.entries[i] = entry.message;
      else if (earlier.kind !== "deleted" && earlier.kind !== "erased" && messageIdOf(earlier) === messageId)
        this.entries[i] = { kind: "erased", id: earlier.id, at: timeOf(earlier) };
    }
  }

  /** The entry with an id as the log has it now. */
  get(id: number): Entry | undefined {
    const entry = id < this.oldestId ? undefined : this.entries[id - 1];
    if (entry?.kind !== "edited" || entry.message.id >= this.oldestId) return entry;
    // Its message was truncated.
    return { kind: "erased", id, at: timeOf(entry) };
  }

  /** The message with an id, as it is now, if an account may see it. */
  message(id: number, accountId: number): Message | undefined {
    const entry = this.get(id);
    return entry?.kind === "message" && isVisible(entry, accountId) ? entry : undefined;
  }

  /** The entries that an account may see, as the log has them now. */
  visibleTo(accountId: number): (Message | Edited | Deleted)[] {
    return this.entries.flatMap(({ id }) => {
      const entry = this.get(id);
      return entry === undefined || entry.kind === "erased" || !isVisible(entry, accountId) ? [] : [entry];
    });
  }

  /** The messages that an account may see, as the log has them now. */
  messagesOf(accountId: number): Message[] {
    return this.visibleTo(accountId).filter((entry) => entry.kind === "message");
  }
}

/** The id of the message that an entry is, or changes. */
export function messageIdOf(entry: Message | Edited | Deleted): number {
  if (entry.kind === "message") return entry.id;
  return entry.kind === "edited" ? entry.message.id : entry.messageId;
}

/** Whether an account may see an entry, by a definition independent of the code under test. */
export function isVisible(entry: Message | Edited | Deleted, accountId: number): boolean {
  const { senderId, recipientId } = entry.kind === "edited" ? entry.message : entry;
  return recipientId === 0 || recipientId === accountId || senderId === accountId;
}

/** A simple store to compare with. `read` resolves turns of the event loop later, like that of a real store. */
export class ModelStore implements LogStore {
  /** All logs so far; the last one is the current log. */
  readonly #logs = [new ModelLog("model")];
  /** How many turns of the event loop a `read` takes. */
  readTurns = 1;
  /** Sessions that have ended. */
  readonly endedSessions = new Set<number>();

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

  /** Lets the log regress: only the entries up to `headId` remain, and the log gets a new id. */
  regress(headId: number): void {
    const { appended, oldestId, requests } = this.log;
    const kept = appended.slice(0, headId);
    this.#logs.push(new ModelLog(`model-${this.#logs.length}`, kept, Math.min(oldestId, headId + 1), requests));
  }

  async state(): Promise<LogState> {
    const { logId, headId, oldestId } = this.log;
    return { logId, headId, oldestId };
  }

  async append(batch: readonly Draft[]): Promise<AppendResult[]> {
    return batch.map((draft) => this.#append(draft));
  }

  async read(from: number, to: number): Promise<Entry[]> {
    const { log } = this;
    const entries = log.entries.slice(Math.max(from, log.oldestId) - 1, Math.max(to, 0));
    const now = entries.map(({ id }) => log.get(id) as Entry);
    for (let i = 0; i < this.readTurns; i += 1) await new Promise((resolve) => setImmediate(resolve));
    return now;
  }

  async recent(accountId: number, count: number): Promise<number> {
    const messages = this.log.messagesOf(accountId);
    return messages.at(-count)?.id ?? messages[0]?.id ?? 0;
  }

  async history({ accountId, peerId, beforeId, maxMessages, maxBytes }: HistoryQuery): Promise<HistoryPage> {
    const older = this.log.messagesOf(accountId).filter(({ id, senderId, recipientId }) => {
      const accounts = new Set([senderId, recipientId]);
      const isWithPeer = peerId === undefined || (accounts.has(accountId) && accounts.has(peerId) && recipientId !== 0);
      const isToSelf = senderId === recipientId;
      return id < beforeId && isWithPeer && (peerId === undefined || isToSelf === (peerId === accountId));
    });
    const page: Message[] = [];
    let bytes = 0;
    for (const message of older.toReversed()) {
      bytes += Buffer.byteLength(textOf(message));
      if (page.length > 0 && (page.length >= maxMessages || bytes > maxBytes)) break;
      page.push(message);
    }
    return { messages: page.reverse(), hasOlder: page.length < older.length };
  }

  async find(senderId: number, requestId: string, content: Content): Promise<KnownResult | undefined> {
    return this.#known(senderId, requestId, content);
  }

  async truncate(before: number): Promise<void> {
    this.log.oldestId = Math.max(this.log.oldestId, Math.min(before, this.headId + 1));
  }

  #append(draft: Draft): AppendResult {
    const { log } = this;
    if (this.endedSessions.has(draft.sessionId)) return { kind: "session-ended" };
    const known = this.#known(draft.senderId, draft.requestId, contentOf(draft));
    if (known !== undefined) return known;
    const entry = this.#entryOf(draft);
    if (typeof entry === "string") return { kind: entry };
    log.add(entry);
    if (draft.requestId !== "") {
      log.requests.set(keyOf(draft.senderId, draft.requestId), { content: contentOf(draft), id: entry.id });
    }
    return { kind: "appended", entry };
  }

  #entryOf(draft: Draft): Entry | "message-unknown" | "not-the-sender" {
    const { log } = this;
    const id = log.headId + 1;
    const newest = log.entries.at(-1);
    const at = Math.max(draft.at, newest === undefined ? 0 : timeOf(newest));
    if (draft.kind === "message") {
      const isReplyToNothing = draft.replyTo !== 0 && log.message(draft.replyTo, draft.senderId) === undefined;
      return isReplyToNothing ? "message-unknown" : messageOf(draft, id, at);
    }
    const message = log.message(draft.messageId, draft.senderId);
    if (message === undefined) return "message-unknown";
    if (message.senderId !== draft.senderId) return "not-the-sender";
    if (draft.kind === "edited")
      return { kind: "edited", id, message: { ...message, text: draft.text, editId: id, editedAt: at } };
    const { senderId, recipientId } = message;
    const [byId, by] = [draft.senderId, draft.sender];
    return { kind: "deleted", id, messageId: message.id, senderId, recipientId, deletedAt: at, byId, by };
  }

  #known(senderId: number, requestId: string, content: Content): KnownResult | undefined {
    const earlier = requestId === "" ? undefined : this.log.requests.get(keyOf(senderId, requestId));
    if (earlier === undefined || earlier.id < this.log.oldestId) return undefined;
    if (JSON.stringify(earlier.content) !== JSON.stringify(content)) return { kind: "reused" };
    return { kind: "duplicate", id: earlier.id, sentAt: timeOf(this.log.entries[earlier.id - 1] as Entry) };
  }
}

function keyOf(senderId: number, requestId: string): string {
  return `${senderId} ${requestId}`;
}
