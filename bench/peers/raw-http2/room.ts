import type { ServerHttp2Stream } from "node:http2";
import { ChatRequest, ChatResponse, type Event, Message, Welcome } from "../../../src/gen/obrolan/v1/chat.ts";

const LIMITS = { maxTextBytes: 4096, messagesPerSecond: 0, burst: 0, maxRecent: 0 };

const members = new Set<ServerHttp2Stream>();
let head = 0n;

/** Sends `welcome` on a stream. */
export function greet(stream: ServerHttp2Stream, username: string): void {
  const facts = { username, logId: "raw", headId: head, limits: LIMITS, serverVersion: "raw-http2" };
  const value = Welcome.create(facts);
  stream.write(response({ $case: "welcome", value }));
}

/** Carries out one request of a stream. */
export function carryOut(stream: ServerHttp2Stream, username: string, request: Uint8Array): void {
  const { requestId, command } = ChatRequest.decode(request);
  if (command?.$case === "join") {
    members.add(stream);
    stream.write(response({ $case: "caughtUp", value: { id: head } }, requestId, head));
  } else if (command?.$case === "sendAll") {
    head += 1n;
    const sentAt = new Date();
    const value = Message.create({ id: head, sender: username, text: command.value.text, sentAt });
    const message = response({ $case: "message", value }, "", head);
    for (const member of members) member.write(message);
    stream.write(response({ $case: "accepted", value: { id: head, sentAt, duplicate: false } }, requestId));
  }
}

/** Removes a stream that has ended. */
export function leave(stream: ServerHttp2Stream): void {
  members.delete(stream);
}

function response(event: NonNullable<Event["event"]>, requestId = "", cursor = 0n): Buffer {
  return prefixed(ChatResponse.encode({ events: [{ requestId, event }], cursor }).finish());
}

const PREFIX_BYTES = 5;

/** Encodes a message with gRPC's prefix: a flag for "not compressed", then the length. */
export function prefixed(message: Uint8Array): Buffer {
  const bytes = Buffer.alloc(PREFIX_BYTES + message.length);
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, PREFIX_BYTES);
  return bytes;
}

/** Splits the bytes of a stream into messages. */
export class Unprefixer {
  #rest: Buffer = Buffer.alloc(0);

  /** Adds bytes, and returns the messages that are now complete. */
  push(bytes: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: Buffer[] = [];
    while (this.#rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) break;
      messages.push(this.#rest.subarray(PREFIX_BYTES, end));
      this.#rest = this.#rest.subarray(end);
    }
    return messages;
  }
}
