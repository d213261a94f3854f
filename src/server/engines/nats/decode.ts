import { isUtf8 } from "node:buffer";
import type { Message } from "../../log/entry.ts";
import type { Notification } from "../../log/ports/bus.ts";
import { MAX_BYTES, MAX_MESSAGES } from "./encode.ts";

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
      return { kind: "head-advanced", logId: string(logId, "a log's id"), headId: id(headId, "a message's id") };
    }
    case "forgotten": {
      const [logId, oldestId] = sized(fields, 2, kind);
      return { kind: "truncated", logId: string(logId, "a log's id"), oldestId: id(oldestId, "a message's id") };
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
  const messages: Message[] = [];
  let nextId = id(first, "a message's id");
  let sentAt = count(start, "a time");
  const base = sentAt;
  const all = list(rows, "messages");
  if (all.length === 0 || all.length > MAX_MESSAGES) throw new DecodeError(`it has ${all.length} messages`);
  for (const row of all) {
    const message = messageOf(list(row, "a message"), id(nextId, "a message's id"), base);
    if (message.sentAt < sentAt) throw new DecodeError("a message in it is older than the message before it");
    messages.push(message);
    sentAt = message.sentAt;
    nextId += 1;
  }
  return { kind: "appended", logId: string(logId, "a log's id"), messages };
}

function messageOf(row: unknown[], messageId: number, base: number): Message {
  const [senderId, sender, recipientId, recipient, text, later] = sized(row, 6, "message");
  const message = {
    id: messageId,
    senderId: id(senderId, "a sender's id"),
    sender: string(sender, "a sender's name"),
    recipientId: count(recipientId, "a recipient's id"),
    recipient: string(recipient, "a recipient's name"),
    text: string(text, "a text"),
    sentAt: count(base + count(later, "a time"), "a time"),
  };
  // With only one of them, a private message would be shown to everyone, or a public message to nobody.
  if ((message.recipientId === 0) !== (message.recipient === ""))
    throw new DecodeError("a recipient in it lacks its id or name");
  return message;
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
