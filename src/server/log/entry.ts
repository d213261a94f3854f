/** A message in the log as it is now, the same for every account that may see it. */
export interface Message {
  readonly kind: "message";
  /** Its position in the log, ascending from 1. */
  readonly id: number;
  readonly senderId: number;
  /** The sender's username. */
  readonly sender: string;
  /** The recipient's account; 0: everyone. */
  readonly recipientId: number;
  /** The recipient's username; empty: everyone. */
  readonly recipient: string;
  /** The newest text, exactly as it was sent. */
  readonly text: string;
  /** Milliseconds since the epoch. Never falls as ids grow. */
  readonly sentAt: number;
  /** The id of the message that this one replies to; 0: none. */
  readonly replyTo: number;
  /** The id of the newest `Edited` of this message; 0: it was never edited. */
  readonly editId: number;
  /** The time of the newest `Edited`; milliseconds since the epoch; 0: the message was never edited. */
  readonly editedAt: number;
}

/** The text of a message was replaced. If a later edit supersedes it, the log has an `Erased` in its place. */
export interface Edited {
  readonly kind: "edited";
  readonly id: number;
  /** The message after the edit: `editId` and `editedAt` are those of this entry. */
  readonly message: Message;
}

/** A message was deleted. The log has an `Erased` in the place of the message, and of each of its edits. */
export interface Deleted {
  readonly kind: "deleted";
  readonly id: number;
  readonly messageId: number;
  /** The sender and the recipient of the message; `recipientId` 0: everyone. */
  readonly senderId: number;
  readonly recipientId: number;
  /** Milliseconds since the epoch. */
  readonly deletedAt: number;
  /** The account that deleted the message, and its username; 0 and empty: the server. */
  readonly byId: number;
  readonly by: string;
}

/** An id that remains unused: of a deleted message, a superseded edit, or an edit of a deleted message. */
export interface Erased {
  readonly kind: "erased";
  readonly id: number;
  /** The time of the entry that was here; milliseconds since the epoch. */
  readonly at: number;
}

/** An entry of the log. Entries of every kind share one dense sequence of ids, and their times never fall as ids grow. */
export type Entry = Message | Edited | Deleted | Erased;

/** An entry that changes an earlier message. */
export type Change = Edited | Deleted;

/** The fields that decide who may see a message, and the changes of it. */
export type Visibility = Pick<Message, "senderId" | "recipientId">;

/** The time of an entry; milliseconds since the epoch. */
export function timeOf(entry: Entry): number {
  switch (entry.kind) {
    case "message":
      return entry.sentAt;
    case "edited":
      return entry.message.editedAt;
    case "deleted":
      return entry.deletedAt;
    case "erased":
      return entry.at;
  }
}

/** The text that an entry carries; empty if it carries none. */
export function textOf(entry: Entry): string {
  switch (entry.kind) {
    case "message":
      return entry.text;
    case "edited":
      return entry.message.text;
    case "deleted":
    case "erased":
      return "";
  }
}

/** Whether every account may see a message. */
export function isPublic(message: Visibility): boolean {
  return message.recipientId === 0;
}

/**
 * Whether an account may see a message: it is public, or the account is its sender or recipient.
 *
 * TypeScript code decides visibility only with this function and `isPublic`. Three places repeat the rule:
 *
 * - the SQL of `LogStore.recent` and `LogStore.history`, in engines/sqlite/reader.ts and engines/postgres/log.ts;
 * - `append_single`, in engines/postgres/schema/entries.ts, for the message that a draft names;
 * - the terms of the search index, in engines/shared/searchTerms.ts.
 *
 * test/contract/log and test/contract/search.ts compare them with it.
 */
export function maySee(accountId: number, message: Visibility): boolean {
  return isPublic(message) || message.senderId === accountId || message.recipientId === accountId;
}
