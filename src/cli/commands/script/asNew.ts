import type { RoomEvent } from "../../../client/index.ts";

/**
 * The events of a command that begins at a place of its own choice: nothing in them is history. The library calls
 * messages `replayed` if the whole log follows, because the place is one of another log. If the log changes later, the
 * messages of the restored log stay `replayed`. Otherwise a bot that is running would answer the whole backup.
 */
export async function* asNew(events: AsyncIterable<RoomEvent>): AsyncGenerator<RoomEvent, void> {
  let isRestored = false;
  for await (const event of events) {
    isRestored ||= event.kind === "connected" && event.again && event.logChanged;
    yield !isRestored && "replayed" in event && event.replayed ? { ...event, replayed: false } : event;
  }
}
