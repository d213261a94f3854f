import { ChatResponse, type Event } from "../../src/gen/obrolan/v1/chat.ts";
import { WireEncoder } from "../../src/server/rpc/chat/encoder.ts";

/** The encoder of the wire, for tests. */
export const encoder = new WireEncoder("0.0.0");

/** Decodes a response. */
export function decode(response: Uint8Array): ChatResponse {
  return ChatResponse.decode(response);
}

/** The kinds of a response's events, in order. */
export function kindsOf(response: Uint8Array): string[] {
  return decode(response).events.map(({ event }) => event?.$case ?? "");
}

/** The ids of a response's entries, in order, with their kinds: `"message 1"`. */
export function entriesOf(response: Uint8Array): string[] {
  return decode(response).events.flatMap(({ event }) =>
    event?.$case === "message" || event?.$case === "edited" || event?.$case === "deleted"
      ? [`${event.$case} ${event.value.id}`]
      : [],
  );
}

/** The ids of a response's messages, in order. */
export function idsOf(response: Uint8Array): number[] {
  return decode(response).events.flatMap(({ event }) => (event?.$case === "message" ? [Number(event.value.id)] : []));
}

/** The texts of a response's messages and edits, in order. */
export function textsOf(response: Uint8Array): string[] {
  return decode(response).events.flatMap(({ event }) =>
    event?.$case === "message" || event?.$case === "edited" ? [event.value.text] : [],
  );
}

/** The only event of a response. */
export function onlyEvent(response: Uint8Array): NonNullable<Event["event"]> {
  const { events } = decode(response);
  const event = events[0]?.event;
  if (events.length !== 1 || event === undefined) throw new Error(`there are ${events.length} events, not one`);
  return event;
}
