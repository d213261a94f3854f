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
/** Of `CaughtUp`, `Accepted` and `Gap` it is the id, of `Rejected` and `Goodbye` the reason. */
const FIRST_NUMBER = 0x08;

// Where the scan stands; one for all, as a scan never waits. Read by hand because generated code makes objects of every
// event, which costs ten times as much, and all of a delivery that is checked is in these few fields.
let at = 0;

/** Reads one `ChatResponse` and tells the sink what it has. Throws where there is something that no benchmark expects. */
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

// Ids here stay below 2^53, so a float holds them; past four groups of 7 bits a shift would not.
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
