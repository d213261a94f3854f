import type { Message } from "../room/message.ts";

/** `ChatResponse.events`, `Event.message`, and the fields of `Message` and `Timestamp`, as tags. */
const EVENTS = 0x0a;
const MESSAGE = 0x1a;
const ID = 0x08;
const SENDER = 0x12;
const RECIPIENT = 0x1a;
const TEXT = 0x22;
const SENT_AT = 0x2a;
const SECONDS = 0x08;
const NANOS = 0x10;

/**
 * Encodes a message as one `events` field of a `ChatResponse`, the same bytes that the generated encoder makes (test/rpc shows it). That
 * one takes 3.5 µs a message of 100 bytes, this one 0.6: a reader that catches up has all of the log encoded for it.
 */
export function messageField({ id, sender, recipient, text, sentAt }: Message): Uint8Array {
  const seconds = Math.trunc(sentAt / 1_000);
  const nanos = (sentAt - seconds * 1_000) * 1_000_000;
  const senderBytes = Buffer.byteLength(sender);
  const recipientBytes = Buffer.byteLength(recipient);
  const textBytes = Buffer.byteLength(text);
  const timeBytes = sizeOfNumber(seconds) + sizeOfNumber(nanos);
  const messageBytes =
    sizeOfNumber(id) + sizeOfText(senderBytes) + sizeOfText(recipientBytes) + sizeOfText(textBytes) + 2 + timeBytes;
  const eventBytes = 1 + sizeOfVarint(messageBytes) + messageBytes;

  const bytes = Buffer.allocUnsafe(1 + sizeOfVarint(eventBytes) + eventBytes);
  let at = writeTagged(bytes, 0, EVENTS, eventBytes);
  at = writeTagged(bytes, at, MESSAGE, messageBytes);
  at = writeNumber(bytes, at, ID, id);
  at = writeText(bytes, at, SENDER, sender, senderBytes);
  at = writeText(bytes, at, RECIPIENT, recipient, recipientBytes);
  at = writeText(bytes, at, TEXT, text, textBytes);
  at = writeTagged(bytes, at, SENT_AT, timeBytes);
  at = writeNumber(bytes, at, SECONDS, seconds);
  writeNumber(bytes, at, NANOS, nanos);
  return bytes;
}

// As everywhere in proto3, what is 0 or empty is left out.

function sizeOfNumber(value: number): number {
  return value === 0 ? 0 : 1 + sizeOfVarint(value);
}

function sizeOfText(bytes: number): number {
  return bytes === 0 ? 0 : 1 + sizeOfVarint(bytes) + bytes;
}

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

function writeNumber(bytes: Buffer, at: number, tag: number, value: number): number {
  return value === 0 ? at : writeTagged(bytes, at, tag, value);
}

function writeText(bytes: Buffer, at: number, tag: number, text: string, length: number): number {
  if (length === 0) return at;
  const begin = writeTagged(bytes, at, tag, length);
  return begin + bytes.write(text, begin, length, "utf8");
}

/** Writes a tag and a varint, which may be beyond 32 bits, and returns where they end. */
function writeTagged(bytes: Buffer, at: number, tag: number, value: number): number {
  bytes[at] = tag;
  let end = at + 1;
  let rest = value;
  while (rest >= 0x80) {
    bytes[end] = (rest % 0x80) | 0x80;
    end += 1;
    rest = Math.floor(rest / 0x80);
  }
  bytes[end] = rest;
  return end + 1;
}
