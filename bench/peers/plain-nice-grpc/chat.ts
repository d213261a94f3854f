import type { CallContext } from "nice-grpc";
import { type ChatRequest, type ChatResponse, type Event, Welcome } from "../../../src/gen/obrolan/v1/chat.ts";
import { Queue, type Room } from "./room.ts";

/** The `Chat` handler: an async generator that yields one event at a time from the client's queue. */
export async function* chat(
  room: Room,
  username: string,
  requests: AsyncIterable<ChatRequest>,
  context: CallContext,
): AsyncGenerator<ChatResponse, void> {
  const queue = new Queue<ChatResponse>();
  // A `finally` block would not do: it never runs in the generator of a cancelled call.
  context.signal.addEventListener("abort", () => {
    room.leave(queue);
    queue.end();
  });
  queue.push(only({ $case: "welcome", value: welcome(username, room) }));
  void carryOut(room, username, requests, queue);
  while (!queue.ended) {
    await queue.more();
    for (const response of queue.take()) yield response;
  }
}

async function carryOut(
  room: Room,
  username: string,
  requests: AsyncIterable<ChatRequest>,
  queue: Queue<ChatResponse>,
): Promise<void> {
  try {
    for await (const { requestId, command } of requests) {
      if (command?.$case === "join") {
        room.enter(queue);
        queue.push(only({ $case: "caughtUp", value: { id: room.head } }, requestId, room.head));
      } else if (command?.$case === "sendAll") {
        const { id, sentAt } = room.say(username, command.value.text);
        queue.push(only({ $case: "accepted", value: { id, sentAt, duplicate: false } }, requestId));
      }
    }
  } catch {
    // The call was cancelled, and the abort listener has cleaned up.
  }
  room.leave(queue);
  queue.end();
}

function only(event: NonNullable<Event["event"]>, requestId = "", cursor = 0n): ChatResponse {
  return { events: [{ requestId, event }], cursor };
}

function welcome(username: string, room: Room) {
  const limits = { maxTextBytes: 4096, messagesPerSecond: 0, burst: 0, maxRecent: 0 };
  return Welcome.create({ username, logId: "plain", headId: room.head, limits, serverVersion: "plain-nice-grpc" });
}
