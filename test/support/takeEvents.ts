import type { Outcome, Room, RoomEvent } from "../../src/client/index.ts";
import { within } from "./deadline.ts";

/** Takes events until `found` accepts one. Resolves with all events up to it. `what` names the event in an error. */
export async function takeUntil(room: Room, what: string, found: (event: RoomEvent) => boolean): Promise<RoomEvent[]> {
  const events: RoomEvent[] = [];
  const wait = (async () => {
    for await (const event of room) {
      events.push(event);
      if (found(event)) return events;
    }
    throw new Error(`the room was closed before ${what} came`);
  })();
  return within(wait, () => `${what}; these came: ${events.map((event) => event.kind).join(", ")}`);
}

/** The events of one kind. */
export function ofKind<K extends RoomEvent["kind"]>(events: readonly RoomEvent[], kind: K) {
  return events.filter((event): event is Extract<RoomEvent, { kind: K }> => event.kind === kind);
}

/** The texts of all messages. */
export function texts(events: readonly RoomEvent[]): string[] {
  return ofKind(events, "message").map((event) => event.text);
}

/** Accepts the message with this text. */
export function says(text: string): (event: RoomEvent) => boolean {
  return (event) => event.kind === "message" && event.text === text;
}

/** Accepts the end of a replay. */
export const isCaughtUp = (event: RoomEvent) => event.kind === "caughtUp";

/** The id of an accepted message. Throws for any other outcome. */
export function acceptedId(outcome: Outcome): bigint {
  if (outcome.kind !== "accepted") throw new Error(`expected accepted, but this came: ${outcome.kind}`);
  return outcome.id;
}
