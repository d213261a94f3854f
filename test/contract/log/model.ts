import fc from "fast-check";
import { type Entry, type Message, maySee, timeOf } from "../../../src/server/log/entry.ts";
import {
  type AppendResult,
  contentOf,
  type DeletionDraft,
  type Draft,
  type EditDraft,
  type HistoryPage,
  type HistoryQuery,
  messageOf,
} from "../../../src/server/log/ports/logStore.ts";
import { deletion, draft, edit, NOON, type Person } from "../../support/storeFixture.ts";

interface Known {
  readonly id: number;
  readonly sentAt: number;
  readonly content: string;
}

/** A model of `LogStore`: what a log does with drafts, in the fewest lines. */
export class LogModel {
  /** The entries of the log as they are now. */
  entries: Entry[] = [];
  readonly #endedSessions: ReadonlySet<number>;
  readonly #known = new Map<string, Known>();
  #headId: number;
  #time = 0;

  /** `headId`: the head of the log before the first entry of the model. No earlier entry is in the log any more. */
  constructor(start: { headId: number; endedSessions?: ReadonlySet<number> }) {
    this.#headId = start.headId;
    this.#endedSessions = start.endedSessions ?? new Set();
  }

  get headId(): number {
    return this.#headId;
  }

  /** The messages of the log as they are now. */
  get messages(): Message[] {
    return this.entries.filter((entry) => entry.kind === "message");
  }

  append(batch: readonly Draft[]): AppendResult[] {
    return batch.map((each) => this.#appendOne(each));
  }

  truncate(before: number): void {
    const forgotten = (id: number) => id < before && id <= this.#headId;
    this.entries = this.entries
      .filter(({ id }) => !forgotten(id))
      .map((entry) => (entry.kind === "edited" && forgotten(entry.message.id) ? erased(entry) : entry));
    for (const [key, { id }] of this.#known) if (forgotten(id)) this.#known.delete(key);
  }

  /** Of the newest `count` messages that an account may see, the id of the oldest; 0 if it may see none. */
  recent(accountId: number, count: number): number {
    const seen = this.messages.filter((message) => maySee(accountId, message));
    return seen.slice(-count)[0]?.id ?? 0;
  }

  history({ accountId, peerId, beforeId, maxMessages, maxBytes }: HistoryQuery): HistoryPage {
    const isAsked = (message: Message) =>
      maySee(accountId, message) && (peerId === undefined || isWith(peerId, message));
    const isWith = (peer: number, { senderId, recipientId }: Message) =>
      recipientId !== 0 && [senderId, recipientId].sort().join() === [accountId, peer].sort().join();
    const older = this.messages.filter((message) => message.id < beforeId && isAsked(message));
    const messages: Message[] = [];
    let bytes = 0;
    while (messages.length < maxMessages && older.length > 0) {
      const message = older.at(-1) as Message;
      bytes += Buffer.byteLength(message.text);
      if (messages.length > 0 && bytes > maxBytes) break;
      messages.unshift(message);
      older.pop();
    }
    return { messages, hasOlder: older.length > 0 };
  }

  #appendOne(each: Draft): AppendResult {
    if (this.#endedSessions.has(each.sessionId)) return { kind: "session-ended" };
    const key = `${each.senderId} ${each.requestId}`;
    const content = JSON.stringify(contentOf(each));
    const known = each.requestId === "" ? undefined : this.#known.get(key);
    if (known?.content === content) return { kind: "duplicate", id: known.id, sentAt: known.sentAt };
    if (known !== undefined) return { kind: "reused" };
    const refusal = this.#refusalOf(each);
    if (refusal !== undefined) return { kind: refusal };
    this.#headId += 1;
    this.#time = Math.max(each.at, this.#time);
    const entry = each.kind === "message" ? messageOf(each, this.#headId, this.#time) : this.#change(each);
    this.entries.push(entry);
    this.#known.set(key, { id: entry.id, sentAt: this.#time, content });
    return { kind: "appended", entry };
  }

  #refusalOf(each: Draft): "message-unknown" | "not-the-sender" | undefined {
    if (each.kind === "message" && each.replyTo === 0) return undefined;
    const message = this.#messageOf(each.kind === "message" ? each.replyTo : each.messageId);
    if (message === undefined || !maySee(each.senderId, message)) return "message-unknown";
    return each.kind !== "message" && message.senderId !== each.senderId ? "not-the-sender" : undefined;
  }

  #change(each: EditDraft | DeletionDraft): Entry {
    const [id, at] = [this.#headId, this.#time];
    const message = this.#messageOf(each.messageId) as Message;
    this.#replace(message.editId, erased);
    if (each.kind === "deleted") {
      this.#replace(message.id, erased);
      const { senderId, recipientId } = message;
      const [byId, by] = [each.senderId, each.sender];
      return { kind: "deleted", id, messageId: message.id, senderId, recipientId, deletedAt: at, byId, by };
    }
    const after = { ...message, text: each.text, editId: id, editedAt: at };
    this.#replace(message.id, () => after);
    return { kind: "edited", id, message: after };
  }

  #messageOf(id: number): Message | undefined {
    return this.messages.find((message) => message.id === id);
  }

  #replace(id: number, by: (entry: Entry) => Entry): void {
    this.entries = this.entries.map((entry) => (entry.id === id ? by(entry) : entry));
  }
}

function erased(entry: Entry): Entry {
  return { kind: "erased", id: entry.id, at: timeOf(entry) };
}

/** Makes a draft for the log of a model. */
export type Command = (model: LogModel) => Draft;

/**
 * Any command of these users: a message, a reply, an edit or a deletion. The ids that it names are near the head, and
 * some of them beyond it.
 */
export function anyCommand(people: readonly Person[], requestIds: readonly string[] = [""]): fc.Arbitrary<Command> {
  const from = fc.constantFrom(...people);
  const to = fc.constantFrom(undefined, ...people);
  const text = fc.constantFrom("x", "y", "a longer text \u{1f600}");
  const more = fc.record({ requestId: fc.constantFrom(...requestIds), at: fc.integer({ min: NOON, max: NOON + 50 }) });
  const near = fc.integer({ min: -9, max: 3 });
  return fc.oneof(
    fc.record({ from, to, text, more }).map((it) => () => draft(it.from, it.text, { to: it.to, ...it.more })),
    fc.record({ from, to, text, more, near }).map(
      (it): Command =>
        ({ headId }) => {
          return draft(it.from, it.text, { to: it.to, replyTo: Math.max(0, headId + it.near), ...it.more });
        },
    ),
    fc.record({ from, text, more, near }).map(
      (it): Command =>
        ({ headId }) =>
          edit(it.from, headId + it.near, it.text, it.more),
    ),
    fc.record({ from, more, near }).map(
      (it): Command =>
        ({ headId }) =>
          deletion(it.from, headId + it.near, it.more),
    ),
  );
}
