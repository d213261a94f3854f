import type { Outcome, Room, RoomEvent } from "../../src/client/index.ts";
import { within } from "./deadline.ts";

/** Takes events until one is what was waited for; gives all that came up to it. */
export async function until(room: Room, what: string, found: (event: RoomEvent) => boolean): Promise<RoomEvent[]> {
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

/** Those of one kind. */
export function ofKind<K extends RoomEvent["kind"]>(events: readonly RoomEvent[], kind: K) {
  return events.filter((event): event is Extract<RoomEvent, { kind: K }> => event.kind === kind);
}

/** What was said. */
export function texts(events: readonly RoomEvent[]): string[] {
  return ofKind(events, "message").map((event) => event.text);
}

/** Whether an event is the message with that text. */
export function says(text: string): (event: RoomEvent) => boolean {
  return (event) => event.kind === "message" && event.text === text;
}

/** Whether an event is the end of a replay. */
export const isCaughtUp = (event: RoomEvent) => event.kind === "caughtUp";

/** The id of a message that was accepted; throws for any other outcome. */
export function acceptedId(outcome: Outcome): bigint {
  if (outcome.kind !== "accepted") throw new Error(`expected accepted, but this came: ${outcome.kind}`);
  return outcome.id;
}
