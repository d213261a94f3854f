import { encodeEntry } from "../../src/server/log/encodeEntry.ts";
import type { Deleted, Edited, Entry, Erased, Message } from "../../src/server/log/entry.ts";
import type { EncodedEntry, ReadPosition } from "../../src/server/log/segment.ts";
import { encoder } from "./encoder.ts";

/** Who a message is from and to, and its text. */
export interface MessageOptions {
  /** Default: account 1. */
  readonly from?: number;
  /** Default: everyone. */
  readonly to?: number;
  /** The length of the text. Default: 10. */
  readonly length?: number;
  /** Default: `length` times "x". */
  readonly text?: string;
}

/** The time at which the log of `message` begins. */
const BEGIN = 1_700_000_000_000;

/** A message of account `from` to account `to` (0: everyone). */
export function message(id: number, more: MessageOptions = {}): Message {
  const { from = 1, to = 0, length = 10, text = "x".repeat(length) } = more;
  return {
    kind: "message",
    id,
    senderId: from,
    sender: `user-${from}`,
    recipientId: to,
    recipient: to === 0 ? "" : `user-${to}`,
    text,
    sentAt: BEGIN + id,
    replyTo: 0,
    editId: 0,
    editedAt: 0,
  };
}

/** An edit of the message `messageId`, whose other fields are those of `message`. */
export function edited(id: number, messageId: number, more: MessageOptions = {}): Edited {
  return { kind: "edited", id, message: { ...message(messageId, more), editId: id, editedAt: BEGIN + id } };
}

/** A deletion of the message `messageId` by its sender. */
export function deleted(id: number, messageId: number, more: MessageOptions = {}): Deleted {
  const { senderId, sender, recipientId } = message(messageId, more);
  return { kind: "deleted", id, messageId, senderId, recipientId, deletedAt: BEGIN + id, byId: senderId, by: sender };
}

/** An erased entry. */
export function erasedAt(id: number): Erased {
  return { kind: "erased", id, at: BEGIN + id };
}

/** The same message as an encoded entry. */
export function entry(id: number, more?: MessageOptions): EncodedEntry {
  return encoded(message(id, more));
}

/** An entry as a segment has it. */
export function encoded(one: Entry): EncodedEntry {
  return encodeEntry(one, encoder, 0);
}

/** A reader at a cursor that gets all changes, unless `changesAfter` is given. */
export function at(cursor: number, accountId = 9, changesAfter = 0): ReadPosition {
  return { cursor, accountId, changesAfter };
}
