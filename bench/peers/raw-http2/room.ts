import type { ServerHttp2Stream } from "node:http2";
import { ChatRequest, ChatResponse, type Event } from "../../../src/gen/obrolan/v1/chat.ts";
import { prefixed } from "./prefix.ts";

const LIMITS = { maxTextBytes: 4096, messagesPerSecond: 0, burst: 0, maxRecent: 0 };

const members = new Set<ServerHttp2Stream>();
let head = 0n;

/** Greets a stream. */
export function greet(stream: ServerHttp2Stream, username: string): void {
  const value = { username, logId: "raw", headId: head, limits: LIMITS, serverVersion: "raw-http2" };
  stream.write(response({ $case: "welcome", value }));
}

/** Carries out what came on a stream. */
export function carryOut(stream: ServerHttp2Stream, username: string, request: Uint8Array): void {
  const { requestId, command } = ChatRequest.decode(request);
  if (command?.$case === "join") {
    members.add(stream);
    stream.write(response({ $case: "caughtUp", value: { id: head } }, requestId, head));
  } else if (command?.$case === "sendAll") {
    head += 1n;
    const sentAt = new Date();
    const value = { id: head, sender: username, recipient: "", text: command.value.text, sentAt };
    const message = response({ $case: "message", value }, "", head);
    for (const member of members) member.write(message);
    stream.write(response({ $case: "accepted", value: { id: head, sentAt, duplicate: false } }, requestId));
  }
}

/** A stream is over. */
export function leave(stream: ServerHttp2Stream): void {
  members.delete(stream);
}

function response(event: NonNullable<Event["event"]>, requestId = "", cursor = 0n): Buffer {
  return prefixed(ChatResponse.encode({ events: [{ requestId, event }], cursor }).finish());
}
