import type { RoomEvent } from "../../../client/index.ts";

/**
 * An event of a command that begins at a place of its own choice: nothing in it is history. The library calls messages
 * `replayed` if the whole log follows, because the place is one of another log.
 */
export function asNew(event: RoomEvent): RoomEvent {
  return "replayed" in event && event.replayed ? { ...event, replayed: false } : event;
}
