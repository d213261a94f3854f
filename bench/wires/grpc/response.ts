import { DIGITS, numberAt } from "../messageText.ts";
import type { Sink } from "../wire.ts";

// Tags of the contract's fields: number << 3 | wire type.
const Response = { events: 0x0a, cursor: 0x10 } as const;
const Event = {
  requestId: 0x0a,
  message: 0x1a,
  caughtUp: 0x22,
  accepted: 0x2a,
  rejected: 0x32,
  gap: 0x4a,
  goodbye: 0x52,
} as const;
const Message = { id: 0x08, text: 0x22 } as const;
/** The tag of field 1: the id in `CaughtUp`, `Accepted` and `Gap`, the reason in `Rejected` and `Goodbye`. */
const FIRST_NUMBER = 0x08;

// The offset of the parser. All calls share it, because a call never waits. The parser is written by hand because
// generated code creates an object for every event, which costs ten times as much CPU, and the checks need only a few
// fields.
let at = 0;

/** Parses one `ChatResponse` and passes its events to the sink. Throws on an event that no scenario expects. */
export function readResponse(bytes: Buffer, start: number, end: number, sink: Sink): void {
  at = start;
  let cursor = 0;
  while (at < end) {
    const tag = varint(bytes);
    if (tag === Response.events) readEvent(bytes, endOf(bytes), sink);
    else if (tag === Response.cursor) cursor = varint(bytes);
    else skip(bytes, tag);
  }
  if (at !== end) throw new Error("A response came whose last field does not end where the response does.");
  sink.cursor(cursor);
}

function readEvent(bytes: Buffer, end: number, sink: Sink): void {
  let request = -1;
  let acceptedId = -1;
  while (at < end) {
    const tag = varint(bytes);
    if (tag === Event.message) {
      readMessage(bytes, endOf(bytes), sink);
    } else if (tag === Event.requestId) {
      const idEnd = endOf(bytes);
      request = idEnd - at === DIGITS ? numberAt(bytes, at) : -1;
      at = idEnd;
    } else if (tag === Event.accepted) acceptedId = firstNumber(bytes, endOf(bytes));
    else if (tag === Event.caughtUp) sink.caughtUp(firstNumber(bytes, endOf(bytes)));
    else if (tag === Event.rejected)
      throw new Error(`Rejected: reason ${firstNumber(bytes, endOf(bytes))} of \`Reason\`.`);
    else if (tag === Event.goodbye)
      throw new Error(`Goodbye: reason ${firstNumber(bytes, endOf(bytes))} of \`Reason\`.`);
    else if (tag === Event.gap) throw new Error(`A gap: the oldest message is ${firstNumber(bytes, endOf(bytes))}.`);
    else skip(bytes, tag);
  }
  if (acceptedId >= 0) sink.accepted(request, acceptedId);
}

function readMessage(bytes: Buffer, end: number, sink: Sink): void {
  let id = 0;
  let number = -1;
  let textBytes = 0;
  while (at < end) {
    const tag = varint(bytes);
    if (tag === Message.id) id = varint(bytes);
    else if (tag === Message.text) {
      textBytes = varint(bytes);
      number = numberAt(bytes, at);
      at += textBytes;
    } else skip(bytes, tag);
  }
  sink.message(id, number, textBytes);
}

function firstNumber(bytes: Buffer, end: number): number {
  let number = 0;
  while (at < end) {
    const tag = varint(bytes);
    if (tag === FIRST_NUMBER) number = varint(bytes);
    else skip(bytes, tag);
  }
  return number;
}

function endOf(bytes: Buffer): number {
  const length = varint(bytes);
  return at + length;
}

// Multiplication and not a shift, because a shift works on 32 bits only. Ids stay below 2^53, so a number holds them
// exactly.
function varint(bytes: Buffer): number {
  let value = 0;
  let scale = 1;
  while (true) {
    const byte = bytes[at] ?? 0;
    at += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 0x80;
  }
}

function skip(bytes: Buffer, tag: number): void {
  const wireType = tag & 0x7;
  if (wireType === 0) varint(bytes);
  else if (wireType === 1) at += 8;
  else if (wireType === 2) at = endOf(bytes);
  else if (wireType === 5) at += 4;
  else throw new Error(`A field came with wire type ${wireType}, which proto3 does not have.`);
}
