import type { DeletedEvent, EditedEvent, Message } from "./events.ts";

/**
 * The last edits and deletions, one for each message. A page of the history may have been read before one of them and
 * come after it.
 */
export class RecentChanges {
  readonly #max: number;
  readonly #byMessage = new Map<bigint, EditedEvent | DeletedEvent>();
  #newestId = 0n;
  #forgottenUpTo = 0n;

  constructor(max: number) {
    this.#max = max;
  }

  /** The id of the newest edit or deletion. */
  get newestId(): bigint {
    return this.#newestId;
  }

  /** Every edit and deletion after this id is remembered. */
  get forgottenUpTo(): bigint {
    return this.#forgottenUpTo;
  }

  add(change: EditedEvent | DeletedEvent): void {
    this.#newestId = change.id;
    // The map keeps the order of insertion: the oldest change comes first.
    this.#byMessage.delete(change.messageId);
    this.#byMessage.set(change.messageId, change);
    if (this.#byMessage.size <= this.#max) return;
    const [oldest] = this.#byMessage.values();
    if (oldest === undefined) return;
    this.#byMessage.delete(oldest.messageId);
    this.#forgottenUpTo = oldest.id;
  }

  /** The message with its edit applied; undefined: it is deleted. */
  applyTo(message: Message): Message | undefined {
    const change = this.#byMessage.get(message.id);
    if (change === undefined) return message;
    return change.kind === "deleted" ? undefined : withEdit(message, change);
  }

  clear(): void {
    this.#byMessage.clear();
    this.#newestId = 0n;
    this.#forgottenUpTo = 0n;
  }
}

/** The message with an edit applied; the message itself if it has a newer edit already. */
export function withEdit(message: Message, { text, editedAt }: EditedEvent): Message {
  if (editedAtOf(message) > editedAt.getTime()) return message;
  return { ...message, text, editedAt };
}

/** The time of a message's newest edit, for comparison; less than any time if there is none. */
export function editedAtOf(message: Message): number {
  return message.editedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
}
