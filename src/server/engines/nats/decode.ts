import { isUtf8 } from "node:buffer";
import { type Deleted, type Edited, type Entry, type Erased, type Message, timeOf } from "../../log/entry.ts";
import type { Notification } from "../../log/ports/bus.ts";
import { MAX_BYTES, MAX_ENTRIES, ROW_KIND } from "./encode.ts";

/**
 * The received bytes are not a notification. The error's message says why, but never quotes the bytes: they may be a
 * user's text.
 */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/**
 * Decodes and validates a notification. Throws `DecodeError` if the bytes do not have a form that `encodeNotification`
 * writes.
 */
export function decodeNotification(bytes: Uint8Array): Notification {
  const [kind, ...fields] = list(parse(bytes), "it");
  switch (kind) {
    case "grown":
      return toAppended(sized(fields, 4, kind));
    case "head": {
      const [logId, headId] = sized(fields, 2, kind);
      return { kind: "head-advanced", logId: string(logId, "a log's id"), headId: id(headId, "an entry's id") };
    }
    case "forgotten": {
      const [logId, oldestId] = sized(fields, 2, kind);
      return { kind: "truncated", logId: string(logId, "a log's id"), oldestId: id(oldestId, "an entry's id") };
    }
    case "read": {
      const [accountId, upTo] = sized(fields, 2, kind);
      return { kind, accountId: id(accountId, "an account's id"), upTo: id(upTo, "an entry's id") };
    }
    case "presence":
      sized(fields, 0, kind);
      return { kind };
    case "sessions-ended": {
      const [sessionIds] = sized(fields, 1, kind);
      return { kind, sessionIds: list(sessionIds, "sessions").map((sessionId) => id(sessionId, "a session's id")) };
    }
    default:
      throw new DecodeError("its kind is not known");
  }
}

function parse(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_BYTES) throw new DecodeError(`it has ${bytes.length} bytes`);
  // `toString` would replace invalid UTF-8, and report no error.
  if (!isUtf8(bytes)) throw new DecodeError("it is not UTF-8");
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  } catch {
    // Without the cause, which quotes the bytes.
    throw new DecodeError("it is not JSON");
  }
}

function toAppended([logId, first, start, rows]: unknown[]): Notification {
  const entries: Entry[] = [];
  let nextId = id(first, "an entry's id");
  let time = count(start, "a time");
  const base = time;
  const all = list(rows, "entries");
  if (all.length === 0 || all.length > MAX_ENTRIES) throw new DecodeError(`it has ${all.length} entries`);
  for (const row of all) {
    const entry = entryOf(list(row, "an entry"), id(nextId, "an entry's id"), base);
    if (timeOf(entry) < time) throw new DecodeError("an entry in it is older than the entry before it");
    entries.push(entry);
    time = timeOf(entry);
    nextId += 1;
  }
  return { kind: "appended", logId: string(logId, "a log's id"), entries };
}

function entryOf([kind, ...row]: unknown[], entryId: number, base: number): Entry {
  switch (kind) {
    case ROW_KIND.message:
      return messageOf(row, entryId, base);
    case ROW_KIND.edited:
      return editedOf(row, entryId, base);
    case ROW_KIND.deleted:
      return deletedOf(row, entryId, base);
    case ROW_KIND.erased:
      return erasedOf(row, entryId, base);
    default:
      throw new DecodeError("the kind of an entry in it is not known");
  }
}

function messageOf(row: unknown[], messageId: number, base: number): Message {
  const isEdited = row.length > 7;
  const fields = sized(row, isEdited ? 9 : 7, "message");
  const [senderId, sender, recipientId, recipient, text, later, replyTo, editId, editedAt] = fields;
  return checked({
    kind: "message",
    id: messageId,
    senderId: id(senderId, "a sender's id"),
    sender: string(sender, "a sender's name"),
    recipientId: count(recipientId, "a recipient's id"),
    recipient: string(recipient, "a recipient's name"),
    text: string(text, "a text"),
    sentAt: timeAfter(base, later),
    replyTo: count(replyTo, "a message's id"),
    editId: isEdited ? id(editId, "an edit's id") : 0,
    editedAt: isEdited ? count(editedAt, "a time") : 0,
  });
}

function editedOf(row: unknown[], entryId: number, base: number): Edited {
  const fields = sized(row, 9, "edit");
  const [messageId, senderId, sender, recipientId, recipient, text, sentAt, replyTo, later] = fields;
  const message = checked({
    kind: "message",
    id: id(messageId, "a message's id"),
    senderId: id(senderId, "a sender's id"),
    sender: string(sender, "a sender's name"),
    recipientId: count(recipientId, "a recipient's id"),
    recipient: string(recipient, "a recipient's name"),
    text: string(text, "a text"),
    sentAt: count(sentAt, "a time"),
    replyTo: count(replyTo, "a message's id"),
    editId: entryId,
    editedAt: timeAfter(base, later),
  });
  return { kind: "edited", id: entryId, message };
}

function deletedOf(row: unknown[], entryId: number, base: number): Deleted {
  const [messageId, senderId, recipientId, byId, by, later] = sized(row, 6, "deletion");
  const deletion: Deleted = {
    kind: "deleted",
    id: entryId,
    messageId: id(messageId, "a message's id"),
    senderId: id(senderId, "a sender's id"),
    recipientId: count(recipientId, "a recipient's id"),
    deletedAt: timeAfter(base, later),
    byId: count(byId, "an account's id"),
    by: string(by, "an account's name"),
  };
  if (deletion.messageId >= entryId) throw new DecodeError("a deletion in it comes before its message");
  if ((deletion.byId === 0) !== (deletion.by === ""))
    throw new DecodeError("the account of a deletion in it lacks its id or name");
  return deletion;
}

function erasedOf(row: unknown[], entryId: number, base: number): Erased {
  const [later] = sized(row, 1, "erased entry");
  return { kind: "erased", id: entryId, at: timeAfter(base, later) };
}

function checked(message: Message): Message {
  // With only one of them, a private message would be shown to everyone, or a public message to nobody.
  if ((message.recipientId === 0) !== (message.recipient === ""))
    throw new DecodeError("a recipient in it lacks its id or name");
  if (message.replyTo >= message.id) throw new DecodeError("a reply in it comes before its message");
  if (message.editId !== 0 && message.editId <= message.id)
    throw new DecodeError("an edit in it comes before its message");
  return message;
}

function timeAfter(base: number, later: unknown): number {
  return count(base + count(later, "a time"), "a time");
}

function sized(fields: unknown[], size: number, what: string): unknown[] {
  if (fields.length !== size) throw new DecodeError(`${what} has ${fields.length} fields and not ${size}`);
  return fields;
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new DecodeError(`${what} should be a list`);
  return value;
}

function id(value: unknown, what: string): number {
  if (count(value, what) === 0) throw new DecodeError(`${what} in it is 0`);
  return value as number;
}

function count(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new DecodeError(`${what} in it is not a valid number`);
  return value as number;
}

function string(value: unknown, what: string): string {
  if (typeof value !== "string") throw new DecodeError(`${what} in it is not a string`);
  return value;
}
