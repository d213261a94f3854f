import type { Event, Limits } from "../gen/obrolan/v1/chat.ts";
import { durationToMs } from "./duration.ts";
import type { GoodbyeEvent, MessageEvent, Outcome, PresenceEvent } from "./events.ts";
import { reasonName } from "./reasons.ts";

/** The answer to a command that an event is, if it is one. */
export function toOutcome({ requestId, event }: Event): Outcome | undefined {
  switch (event?.$case) {
    case "accepted": {
      const { id, sentAt, duplicate } = event.value;
      return { kind: "accepted", requestId, id, sentAt: time(sentAt), duplicate };
    }
    case "rejected": {
      const { reason, message, retryAfter } = event.value;
      return { kind: "rejected", requestId, reason: reasonName(reason), message, retryAfterMs: wait(retryAfter) };
    }
    case "help":
      return { kind: "help", requestId, ...event.value };
  }
  return undefined;
}

/** The events that say the same here as on the wire; the others also change where the room stands. */
export function toRoomEvent(
  { event }: Event,
  isReplayed: (id: bigint) => boolean,
): MessageEvent | PresenceEvent | GoodbyeEvent | undefined {
  switch (event?.$case) {
    case "message": {
      const { id, sender, recipient, text, sentAt } = event.value;
      return { kind: "message", id, sender, recipient, text, sentAt: time(sentAt), replayed: isReplayed(id) };
    }
    case "presence":
      return { kind: "presence", ...event.value };
    case "goodbye": {
      const { reason, reconnect, retryAfter } = event.value;
      return { kind: "goodbye", reason: reasonName(reason), reconnect, retryAfterMs: wait(retryAfter) };
    }
  }
  return undefined;
}

/** What a server that says nothing of its limits allows. */
export const NO_LIMITS: Limits = { maxTextBytes: 0, messagesPerSecond: 0, burst: 0, maxRecent: 0 };

function time(date: Date | undefined): Date {
  return date ?? new Date(0);
}

function wait(duration: Parameters<typeof durationToMs>[0] | undefined): number | undefined {
  return duration === undefined ? undefined : durationToMs(duration);
}
