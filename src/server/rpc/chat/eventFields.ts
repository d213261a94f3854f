// Encodes by hand the two events that every message causes, each as one `events` field of a `ChatResponse`: the same
// bytes as those of the generated encoder (test/rpc/chat/eventFields.test.ts), in a third of the time or less.
import type { RoomEvent } from "../../chat/events.ts";
import type { Message } from "../../log/entry.ts";
import {
  sizeOfNumber,
  sizeOfText,
  sizeOfTime,
  sizeOfVarint,
  writeNumber,
  writeTagged,
  writeText,
  writeTime,
} from "./fieldWriter.ts";

type Accepted = Extract<RoomEvent, { kind: "accepted" }>;

/** The tags of the fields, by message. The types demand one for each field that clients get. */
const RESPONSE = { events: 0x0a };
const EVENT = { requestId: 0x0a, message: 0x1a, accepted: 0x2a };
const MESSAGE: Record<keyof Omit<Message, "kind" | "senderId" | "recipientId" | "editId">, number> = {
  id: 0x08,
  sender: 0x12,
  recipient: 0x1a,
  text: 0x22,
  sentAt: 0x2a,
  editedAt: 0x32,
  replyTo: 0x38,
};
const ACCEPTED: Record<keyof Omit<Accepted, "kind">, number> = { id: 0x08, sentAt: 0x12, duplicate: 0x18 };

/**
 * Encodes a message. The generated encoder takes 3.5 µs for a message of 100 bytes, this one 0.7 µs. That matters for a
 * reader that catches up, which may need the whole log encoded.
 */
export function messageField({ id, sender, recipient, text, sentAt, editedAt, replyTo }: Message): Uint8Array {
  const senderBytes = Buffer.byteLength(sender);
  const recipientBytes = Buffer.byteLength(recipient);
  const textBytes = Buffer.byteLength(text);
  const timeBytes = sizeOfTime(sentAt);
  const editTimeBytes = editedAt === 0 ? 0 : sizeOfTime(editedAt);
  const nameBytes = sizeOfText(senderBytes) + sizeOfText(recipientBytes);
  const changeBytes = (editedAt === 0 ? 0 : 2 + editTimeBytes) + sizeOfNumber(replyTo);
  const messageBytes = sizeOfNumber(id) + nameBytes + sizeOfText(textBytes) + 2 + timeBytes + changeBytes;
  const eventBytes = 1 + sizeOfVarint(messageBytes) + messageBytes;

  const bytes = Buffer.allocUnsafe(1 + sizeOfVarint(eventBytes) + eventBytes);
  let offset = writeTagged(bytes, 0, RESPONSE.events, eventBytes);
  offset = writeTagged(bytes, offset, EVENT.message, messageBytes);
  offset = writeNumber(bytes, offset, MESSAGE.id, id);
  offset = writeText(bytes, offset, MESSAGE.sender, sender, senderBytes);
  offset = writeText(bytes, offset, MESSAGE.recipient, recipient, recipientBytes);
  offset = writeText(bytes, offset, MESSAGE.text, text, textBytes);
  offset = writeTime(bytes, offset, MESSAGE.sentAt, sentAt, timeBytes);
  if (editedAt !== 0) offset = writeTime(bytes, offset, MESSAGE.editedAt, editedAt, editTimeBytes);
  writeNumber(bytes, offset, MESSAGE.replyTo, replyTo);
  return bytes;
}

/** Encodes an `accepted`. With a UUID as `request_id`, the generated encoder takes 3.0 µs, this one 0.8 µs. */
export function acceptedField({ id, sentAt, duplicate }: Accepted, requestId: string): Uint8Array {
  const requestIdBytes = Buffer.byteLength(requestId);
  const timeBytes = sizeOfTime(sentAt);
  const acceptedBytes = sizeOfNumber(id) + 2 + timeBytes + (duplicate ? 2 : 0);
  const eventBytes = sizeOfText(requestIdBytes) + 1 + sizeOfVarint(acceptedBytes) + acceptedBytes;

  const bytes = Buffer.allocUnsafe(1 + sizeOfVarint(eventBytes) + eventBytes);
  let offset = writeTagged(bytes, 0, RESPONSE.events, eventBytes);
  offset = writeText(bytes, offset, EVENT.requestId, requestId, requestIdBytes);
  offset = writeTagged(bytes, offset, EVENT.accepted, acceptedBytes);
  offset = writeNumber(bytes, offset, ACCEPTED.id, id);
  offset = writeTime(bytes, offset, ACCEPTED.sentAt, sentAt, timeBytes);
  writeNumber(bytes, offset, ACCEPTED.duplicate, duplicate ? 1 : 0);
  return bytes;
}
