import type { RoomEvent } from "../../chat/events.ts";
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

/** `ChatResponse.events`, `Event.request_id` and `.accepted`, and the fields of `Accepted`, as tags. */
const EVENTS = 0x0a;
const REQUEST_ID = 0x0a;
const ACCEPTED = 0x2a;
const ID = 0x08;
const SENT_AT = 0x12;
const DUPLICATE = 0x18;

/** Encodes an `accepted` as `messageField` does a message, and for the same reason: every message that is sent has one. */
export function acceptedField(
  { id, sentAt, duplicate }: Extract<RoomEvent, { kind: "accepted" }>,
  requestId: string,
): Uint8Array {
  const requestIdBytes = Buffer.byteLength(requestId);
  const timeBytes = sizeOfTime(sentAt);
  const acceptedBytes = sizeOfNumber(id) + 2 + timeBytes + (duplicate ? 2 : 0);
  const eventBytes = sizeOfText(requestIdBytes) + 1 + sizeOfVarint(acceptedBytes) + acceptedBytes;

  const bytes = Buffer.allocUnsafe(1 + sizeOfVarint(eventBytes) + eventBytes);
  let at = writeTagged(bytes, 0, EVENTS, eventBytes);
  at = writeText(bytes, at, REQUEST_ID, requestId, requestIdBytes);
  at = writeTagged(bytes, at, ACCEPTED, acceptedBytes);
  at = writeNumber(bytes, at, ID, id);
  at = writeTime(bytes, at, SENT_AT, sentAt, timeBytes);
  writeNumber(bytes, at, DUPLICATE, duplicate ? 1 : 0);
  return bytes;
}
