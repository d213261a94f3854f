import { checkValue, whole } from "./check.ts";
import type { ConnectedEvent, DeletedEvent, EditedEvent, Message, MessageEvent, RoomEvent } from "./events.ts";
import { MessageList } from "./messageList.ts";
import { checkRoomView, type RoomViewOptions } from "./options.ts";
import { editedAtOf, RecentChanges, withEdit } from "./recentChanges.ts";

/** What one event or one page changed in a `RoomView`. */
export interface ViewChange {
  /** All messages of before are gone: the log has a gap, or is another one. */
  readonly cleared: boolean;
  /** In order of id. */
  readonly added: readonly Message[];
  /** The messages with their new texts. */
  readonly edited: readonly Message[];
  /** Deleted messages, and the oldest ones of a view that is full. */
  readonly removed: readonly Message[];
}

/**
 * The messages of a room as they are now, for a user interface: in order of id, with edits and deletions applied, and
 * bounded in number. Give it every event of one room, and pages of the history.
 *
 *     for await (const event of room) view.apply(event);
 *     await view.prepend(client.history(token, { beforeId: view.oldestId }));
 */
export class RoomView {
  readonly #maxMessages: number;
  readonly #messages = new MessageList();
  readonly #changes: RecentChanges;
  readonly #listeners = new Set<(change: ViewChange) => void>();
  #logId: string | undefined;
  #hasCaughtUp = false;
  #hasOlder = true;
  /** Counts what makes a page that is being read useless: the view was cleared, or lost messages next to the page. */
  #epoch = 0;

  constructor(options: RoomViewOptions = {}) {
    checkRoomView(options);
    this.#maxMessages = options.maxMessages ?? 1_000;
    this.#changes = new RecentChanges(this.#maxMessages);
  }

  /** The messages. The array never changes: after a change of the view, this is another array. */
  get messages(): readonly Message[] {
    return this.#messages.snapshot;
  }

  /** The id of the oldest message in the view: the next page ends before it. Undefined: the view is empty. */
  get oldestId(): bigint | undefined {
    return this.#messages.oldestId;
  }

  /** Whether the log may have messages before the oldest one in the view. */
  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  /** The message with this id, for example one that another message replies to; undefined: it is not in the view. */
  get(id: bigint): Message | undefined {
    return this.#messages.get(id);
  }

  /** Calls the listener after each change of the messages or of `hasOlder`. Returns a function that removes it. */
  onChange(listener: (change: ViewChange) => void): () => void {
    // A listener that is added twice is called twice.
    const own = (change: ViewChange) => listener(change);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Applies an event of the room. Events that do not concern the messages change nothing. */
  apply(event: RoomEvent): void {
    if (event.kind === "connected") this.#applyConnected(event);
    else if (event.kind === "caughtUp") this.#hasCaughtUp = true;
    else if (event.kind === "gap") this.#clear();
    else if (event.kind === "message") this.#applyMessage(event);
    else if (event.kind === "edited") this.#applyEdit(event);
    else if (event.kind === "deleted") this.#applyDeletion(event);
  }

  /**
   * Adds a page of older messages: up to `count` messages, taken from a new `client.history(token, { beforeId:
   * view.oldestId })`. Resolves with the number of messages that were added. That is 0 if the view is full or has not
   * caught up, or if the page is outdated, because the view was cleared or lost its oldest messages meanwhile.
   */
  async prepend(history: AsyncIterable<Message>, count = 50): Promise<number> {
    checkValue("count", count, whole(1));
    const wanted = Math.min(count, this.#maxMessages - this.#messages.size);
    // Before the room has caught up, a page could lack messages and edits that the room does not yield either.
    if (!this.#hasCaughtUp || wanted === 0) return 0;
    const [epoch, newestChangeId] = [this.#epoch, this.#changes.newestId];
    const page: Message[] = [];
    let isEnd = true;
    for await (const message of history) {
      page.push(message);
      isEnd = page.length < wanted;
      if (!isEnd) break;
    }
    if (this.#epoch !== epoch || this.#changes.forgottenUpTo > newestChangeId) return 0;
    return this.#addPage(page, isEnd);
  }

  #addPage(page: readonly Message[], isEnd: boolean): number {
    const change = new ChangeBuilder();
    const hadOlder = this.#hasOlder;
    this.#hasOlder = !isEnd;
    for (const message of page) {
      const existing = this.#messages.get(message.id);
      if (existing === undefined || editedAtOf(message) > editedAtOf(existing)) this.#put(message, change);
    }
    this.#removeOldest(change);
    this.#tell(change, this.#hasOlder !== hadOlder);
    return change.added.size;
  }

  #applyConnected({ logId, logChanged, again }: ConnectedEvent): void {
    const isOtherLog = logChanged || (this.#logId !== undefined && this.#logId !== logId);
    this.#logId = logId;
    if (isOtherLog || !again) this.#hasCaughtUp = false;
    if (isOtherLog) this.#clear();
  }

  #applyMessage({ kind: _kind, replayed: _replayed, ...message }: MessageEvent): void {
    const change = new ChangeBuilder();
    const existing = this.#messages.get(message.id);
    if (existing === undefined || editedAtOf(message) >= editedAtOf(existing)) this.#put(message, change);
    this.#removeOldest(change);
    this.#tell(change);
  }

  #applyEdit(event: EditedEvent): void {
    this.#changes.add(event);
    const change = new ChangeBuilder();
    const existing = this.#messages.get(event.messageId);
    if (existing !== undefined) this.#put(withEdit(existing, event), change);
    this.#tell(change);
  }

  #applyDeletion(event: DeletedEvent): void {
    this.#changes.add(event);
    const change = new ChangeBuilder();
    const message = this.#messages.delete(event.messageId);
    if (message !== undefined) change.remove(message);
    this.#tell(change);
  }

  /** Adds or replaces a message, unless it is deleted. */
  #put(given: Message, change: ChangeBuilder): void {
    const message = this.#changes.applyTo(given);
    if (message === undefined) return;
    const existing = this.#messages.get(message.id);
    if (existing !== undefined && isSame(existing, message)) return;
    this.#messages.set(message);
    if (existing === undefined) change.add(message);
    else change.edit(message);
  }

  #removeOldest(change: ChangeBuilder): void {
    while (this.#messages.size > this.#maxMessages) {
      const oldest = this.#messages.shift();
      if (oldest !== undefined) change.remove(oldest);
      this.#hasOlder = true;
      this.#epoch += 1;
    }
  }

  #clear(): void {
    const change = new ChangeBuilder();
    change.cleared = this.#messages.size > 0;
    const hadOlder = this.#hasOlder;
    this.#messages.clear();
    this.#changes.clear();
    this.#hasOlder = true;
    this.#epoch += 1;
    this.#tell(change, !hadOlder);
  }

  #tell(change: ChangeBuilder, hasOlderChanged = false): void {
    if (change.isEmpty && !hasOlderChanged) return;
    const built = change.build();
    for (const listener of [...this.#listeners]) listener(built);
  }
}

/** Collects what an event or a page changes. A message that is added and removed at once does not appear. */
class ChangeBuilder {
  cleared = false;
  readonly added = new Map<bigint, Message>();
  readonly #edited = new Map<bigint, Message>();
  readonly #removed: Message[] = [];

  get isEmpty(): boolean {
    return !this.cleared && this.added.size === 0 && this.#edited.size === 0 && this.#removed.length === 0;
  }

  add(message: Message): void {
    this.added.set(message.id, message);
  }

  edit(message: Message): void {
    this.#edited.set(message.id, message);
  }

  remove(message: Message): void {
    this.#edited.delete(message.id);
    if (!this.added.delete(message.id)) this.#removed.push(message);
  }

  build(): ViewChange {
    const added = [...this.added.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return { cleared: this.cleared, added, edited: [...this.#edited.values()], removed: this.#removed };
  }
}

function isSame(a: Message, b: Message): boolean {
  return a.text === b.text && a.editedAt?.getTime() === b.editedAt?.getTime();
}
