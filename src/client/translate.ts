import { type Event, type Limits, Reason, type Message as WireMessage } from "../gen/obrolan/v1/chat.ts";
import type {
  DeletedEvent,
  EditedEvent,
  GoodbyeEvent,
  Message,
  MessageEvent,
  Outcome,
  PresenceEvent,
  ReadEvent,
  RoomEvent,
} from "./events.ts";
import { durationToMs } from "./statusDetails.ts";

/** The outcome of a command; undefined if the event is not the answer to a command. */
export function toOutcome({ requestId, event }: Event): Outcome | undefined {
  switch (event?.$case) {
    case "accepted": {
      const { id, sentAt, duplicate } = event.value;
      return { kind: "accepted", requestId, id, sentAt: toDate(sentAt), duplicate };
    }
    case "rejected": {
      const { reason, message, retryAfter } = event.value;
      return { kind: "rejected", requestId, reason: reasonName(reason), message, retryAfterMs: toMs(retryAfter) };
    }
    case "help":
      return { kind: "help", requestId, ...event.value };
  }
  return undefined;
}

/** The events of the log's entries. Their ids are cursors. */
export type EntryEvent = MessageEvent | EditedEvent | DeletedEvent;

/** The cursor that an event of an entry stands for; undefined for any other event. */
export function cursorIdOf(event: RoomEvent): bigint | undefined {
  return event.kind === "message" || event.kind === "edited" || event.kind === "deleted" ? event.id : undefined;
}

/** Translates a message. */
export function toMessage({ id, sender, recipient, text, sentAt, editedAt, replyTo }: WireMessage): Message {
  return {
    id,
    sender,
    recipient,
    text,
    sentAt: toDate(sentAt),
    editedAt,
    replyTo: replyTo === 0n ? undefined : replyTo,
  };
}

/** Translates the events that need no state; undefined for all others. */
export function toRoomEvent(
  { event }: Event,
  isReplayed: (id: bigint) => boolean,
): EntryEvent | ReadEvent | PresenceEvent | GoodbyeEvent | undefined {
  switch (event?.$case) {
    case "message":
      return { kind: "message", ...toMessage(event.value), replayed: isReplayed(event.value.id) };
    case "edited": {
      const { id, messageId, text, editedAt } = event.value;
      return { kind: "edited", id, messageId, text, editedAt: toDate(editedAt), replayed: isReplayed(id) };
    }
    case "deleted": {
      const { id, messageId, deletedAt, by } = event.value;
      return { kind: "deleted", id, messageId, deletedAt: toDate(deletedAt), by, replayed: isReplayed(id) };
    }
    case "read":
      return { kind: "read", upToId: event.value.upToId };
    case "presence":
      return { kind: "presence", ...event.value };
    case "goodbye": {
      const { reason, reconnect, retryAfter } = event.value;
      return { kind: "goodbye", reason: reasonName(reason), reconnect, retryAfterMs: toMs(retryAfter) };
    }
  }
  return undefined;
}

/** Stands for the limits of a server that sends none. */
export const NO_LIMITS: Limits = { maxTextBytes: 0, messagesPerSecond: 0, burst: 0, maxRecent: 0 };

function toDate(date: Date | undefined): Date {
  return date ?? new Date(0);
}

function toMs(duration: Parameters<typeof durationToMs>[0] | undefined): number | undefined {
  return duration === undefined ? undefined : durationToMs(duration);
}

const REASONS = new Map<number, string>(
  Object.entries(Reason).map(([name, number]) => [number, name.replace(/^REASON_/, "")]),
);

/** The name of a reason without its prefix, for example `RATE_LIMITED`; `REASON_99` for a number that is not known. */
function reasonName(reason: number): string {
  return REASONS.get(reason) ?? `REASON_${reason}`;
}
