import type { Message, RoomEvent } from "../../../src/client/index.ts";

const LIMITS = { maxTextBytes: 0, messagesPerSecond: 0, burst: 0, maxRecent: 0 };

interface Entry {
  readonly id: bigint;
  readonly kind: "message" | "edited" | "deleted";
  /** Of a message: its own id. */
  readonly messageId: bigint;
}

/** A log in memory, and the events of one client's room, which come one at a time and as late as a test wants. */
export class SimulatedRoom {
  #logNumber = 0;
  #entries: Entry[] = [];
  /** The messages as they are now, by id. The truncated ones stay here. */
  #messages = new Map<bigint, Message>();
  #oldestId = 1n;
  #texts = 0;
  /** The events of a join without a cursor that were not sent yet; each is read from the log when it is sent. */
  #opening: (() => RoomEvent | undefined)[] = [];
  #cursor = 0n;
  #caughtUpAt: bigint | undefined;
  /** Edits and deletions up to this id are not sent. */
  #changesAfter = 0n;
  /** The log of the last `connected`. */
  #welcomedLog: number | undefined;
  /** The log that the cursor belongs to. */
  #cursorLog: number | undefined;
  /** How the room joins a log of which it has no cursor; undefined: it reads all messages, after a gap. */
  #recent: number | undefined;

  constructor(recent: number, messages: number) {
    this.#recent = recent;
    for (let count = 0; count < messages; count++) this.post();
    this.#join();
  }

  get #headId(): bigint {
    return BigInt(this.#entries.length);
  }

  /** The messages with ids from `id` on, as they are now. */
  messagesFrom(id: bigint): Message[] {
    return [...this.#messages.values()].filter((message) => message.id >= id);
  }

  /** Whether the log has forgotten a message. Its edits are not sent any more. */
  isTruncated(id: bigint): boolean {
    return id < this.#oldestId;
  }

  post(): void {
    const id = this.#append("message");
    const text = `text ${++this.#texts}`;
    const plain = { sender: "ani", recipient: "", editedAt: undefined, replyTo: undefined };
    this.#messages.set(id, { id, text, sentAt: new Date(Number(id)), ...plain });
  }

  /** Edits one of the messages. Several edits in a row have the same time. */
  edit(choice: number): void {
    const message = this.#choose(choice);
    if (message === undefined) return;
    const id = this.#append("edited", message.id);
    this.#messages.set(message.id, {
      ...message,
      text: `text ${++this.#texts}`,
      editedAt: new Date(Math.floor(Number(id) / 4)),
    });
  }

  delete(choice: number): void {
    const message = this.#choose(choice);
    if (message === undefined) return;
    this.#append("deleted", message.id);
    this.#messages.delete(message.id);
  }

  /** Forgets the oldest entries. */
  truncate(count: number): void {
    const oldestId = this.#oldestId + BigInt(count);
    this.#oldestId = oldestId > this.#headId ? this.#headId + 1n : oldestId;
  }

  /** The connection is lost, and the room joins again. */
  reconnect(): void {
    this.#join();
  }

  /** The server is restored from a backup with this many messages. `recent` unset: the room reads all of them. */
  restore(messages: number, recent: number | undefined): void {
    this.#recent = recent;
    this.#logNumber += 1;
    this.#entries = [];
    this.#messages = new Map();
    this.#oldestId = 1n;
    for (let count = 0; count < messages; count++) this.post();
    this.#join();
  }

  /** A page of the history, newest first. */
  history(beforeId: bigint | undefined): Message[] {
    return this.messagesFrom(this.#oldestId)
      .filter(({ id }) => beforeId === undefined || id < beforeId)
      .reverse();
  }

  /** The next event of the room; undefined: the room has yielded everything. */
  next(): RoomEvent | undefined {
    while (this.#opening.length > 0) {
      const event = this.#opening.shift()?.();
      if (event?.kind === "message") this.#cursor = event.id;
      if (event !== undefined) return event;
    }
    if (this.#cursor + 1n < this.#oldestId) return this.#gap();
    for (;;) {
      if (this.#caughtUpAt !== undefined && this.#cursor >= this.#caughtUpAt) return this.#caughtUp();
      const entry = this.#entries[Number(this.#cursor)];
      if (entry === undefined) return undefined;
      this.#cursor = entry.id;
      const event = this.#eventOf(entry);
      if (event !== undefined) return event;
    }
  }

  #join(): void {
    const hasCursor = this.#cursorLog === this.#logNumber;
    this.#caughtUpAt = this.#headId;
    this.#changesAfter = 0n;
    this.#opening = [() => this.#connected()];
    if (hasCursor) return;
    if (this.#recent === undefined) this.#opening.push(() => this.#gap());
    else this.#joinRecent(this.#recent);
  }

  #joinRecent(recent: number): void {
    const headId = this.#headId;
    const messages = recent === 0 ? [] : this.messagesFrom(this.#oldestId).slice(-recent);
    this.#changesAfter = headId;
    this.#opening = [
      () => {
        // If the connection is lost before another cursor comes, the room resumes here.
        const estimate = headId - BigInt(recent);
        this.#cursor = estimate > 0n ? estimate : 0n;
        this.#cursorLog = this.#logNumber;
        return this.#connected();
      },
      ...messages.map(
        ({ id }) =>
          () =>
            this.isTruncated(id) ? this.#gap() : this.#message(id),
      ),
      () => {
        if (this.#cursor < headId) this.#cursor = headId;
        return undefined;
      },
    ];
  }

  #connected(): RoomEvent {
    const again = this.#welcomedLog !== undefined;
    const logChanged = again && this.#welcomedLog !== this.#logNumber;
    this.#welcomedLog = this.#logNumber;
    const known = { username: "ani", headId: this.#headId, readUpTo: 0n, limits: LIMITS, serverVersion: "" };
    return { kind: "connected", ...known, logId: `log ${this.#logNumber}`, again, logChanged };
  }

  #caughtUp(): RoomEvent {
    this.#caughtUpAt = undefined;
    return { kind: "caughtUp", id: this.#cursor, again: false };
  }

  #gap(): RoomEvent {
    this.#opening = [];
    this.#cursor = this.#oldestId - 1n;
    this.#cursorLog = this.#logNumber;
    return { kind: "gap", oldestId: this.#oldestId, missed: false };
  }

  #message(id: bigint): RoomEvent | undefined {
    const message = this.#messages.get(id);
    return message === undefined || this.isTruncated(id) ? undefined : { kind: "message", ...message, replayed: false };
  }

  /** An entry as it is now; undefined: it is not sent any more. */
  #eventOf({ id, kind, messageId }: Entry): RoomEvent | undefined {
    if (kind === "message") return this.#message(id);
    if (id <= this.#changesAfter) return undefined;
    if (kind === "deleted") {
      return { kind: "deleted", id, messageId, deletedAt: new Date(Number(id)), by: "ani", replayed: false };
    }
    const { text, editedAt } = this.#messages.get(messageId) ?? {};
    if (text === undefined || editedAt === undefined || this.isTruncated(messageId)) return undefined;
    const newest = this.#entries.findLast((entry) => entry.kind === "edited" && entry.messageId === messageId);
    return newest?.id === id ? { kind: "edited", id, messageId, text, editedAt, replayed: false } : undefined;
  }

  #append(kind: Entry["kind"], messageId?: bigint): bigint {
    const id = this.#headId + 1n;
    this.#entries.push({ id, kind, messageId: messageId ?? id });
    return id;
  }

  #choose(choice: number): Message | undefined {
    const messages = this.messagesFrom(this.#oldestId);
    return messages[choice % messages.length];
  }
}
