import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Event, Reason as WireReason } from "../../../gen/obrolan/v1/chat.ts";
import type { Encoder, RoomEvent } from "../../chat/events.ts";
import type { Reason } from "../../common/refusal.ts";
import { toDuration } from "../wire.ts";
import { acceptedField, messageField } from "./eventFields.ts";

/** `ChatResponse.events`, length-delimited. */
const EVENTS_TAG = 0x0a;
/** `ChatResponse.cursor`, a varint. */
const CURSOR_TAG = 0x10;
/** A cursor takes at most 11 bytes, and a `caught_up` with a `request_id` of 64 bytes at most 81. */
const MAX_TRAILER_BYTES = 100;

/** Encodes events and cursors as fields of a `ChatResponse`. */
export class WireEncoder implements Encoder {
  readonly maxTrailerBytes = MAX_TRAILER_BYTES;
  readonly #serverVersion: string;

  constructor(serverVersion: string) {
    this.#serverVersion = serverVersion;
  }

  event(event: RoomEvent, requestId = ""): Uint8Array {
    if (event.kind === "message") return messageField(event);
    if (event.kind === "accepted") return acceptedField(event, requestId);
    const writer = new BinaryWriter().uint32(EVENTS_TAG).fork();
    return Event.encode({ requestId, event: this.#toWire(event) }, writer)
      .join()
      .finish();
  }

  cursor(id: number): Uint8Array {
    return new BinaryWriter().uint32(CURSOR_TAG).uint64(id).finish();
  }

  #toWire(event: Exclude<RoomEvent, { kind: "message" | "accepted" }>): NonNullable<Event["event"]> {
    switch (event.kind) {
      case "welcome": {
        const { username, logId, headId, limits } = event;
        const ids = { headId: BigInt(headId), readUpTo: BigInt(event.readUpTo) };
        return { $case: "welcome", value: { username, logId, ...ids, limits, serverVersion: this.#serverVersion } };
      }
      case "edited": {
        const { id: messageId, text, editedAt } = event.message;
        const ids = { id: BigInt(event.id), messageId: BigInt(messageId) };
        return { $case: "edited", value: { ...ids, text, editedAt: new Date(editedAt) } };
      }
      case "deleted": {
        const ids = { id: BigInt(event.id), messageId: BigInt(event.messageId) };
        return { $case: "deleted", value: { ...ids, deletedAt: new Date(event.deletedAt), by: event.by } };
      }
      case "read":
        return { $case: "read", value: { upToId: BigInt(event.upTo) } };
      case "caught-up":
        return { $case: "caughtUp", value: { id: BigInt(event.id) } };
      case "rejected":
        return {
          $case: "rejected",
          value: { reason: reasonOf(event.reason), message: event.message, retryAfter: waitOf(event) },
        };
      case "presence":
        return {
          $case: "presence",
          value: { joined: [...event.joined], left: [...event.left], reset: event.reset },
        };
      case "help":
        return { $case: "help", value: { unknownCommand: event.unknownCommand, commands: [...event.commands] } };
      case "gap":
        return { $case: "gap", value: { oldestId: BigInt(event.oldestId) } };
      case "goodbye":
        return {
          $case: "goodbye",
          value: { reason: reasonOf(event.reason), reconnect: event.reconnect, retryAfter: waitOf(event) },
        };
    }
  }
}

function reasonOf(reason: Reason): WireReason {
  return WireReason[`REASON_${reason}`];
}

function waitOf({ retryAfterMs }: { retryAfterMs?: number }) {
  return retryAfterMs === undefined ? undefined : toDuration(retryAfterMs);
}
