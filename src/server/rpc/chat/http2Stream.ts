import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { prefixOf, SharedFrames } from "./framing.ts";

/**
 * The one place that reaches behind grpc-js: the HTTP/2 stream of a call, a private field of its innermost call object. Three things
 * cannot be had in public: to reset a stream whose client has stopped reading (a status waits behind what is not read); to know
 * that grpc-js has ended a call by itself (a request that is too large, a deadline), after which a write is an error that nobody
 * listens for; and to write bytes that many calls share without a copy for each. `undefined` where a future grpc-js keeps it
 * elsewhere.
 */
export function http2StreamOf(call: ServerInterceptingCallInterface): ServerHttp2Stream | undefined {
  const { stream } = call as unknown as { stream?: Partial<ServerHttp2Stream> };
  return typeof stream?.close === "function" ? (stream as ServerHttp2Stream) : undefined;
}

const shared = new SharedFrames();

/**
 * Writes a message, and calls `left` when it has left, or with an error when the stream broke before. `sendMessage` would copy it twice: 128 KiB of garbage for each page that a
 * reader catches up by, which was most of what many readers behind cost in memory.
 */
export function writeMessage(
  stream: ServerHttp2Stream,
  message: Uint8Array,
  left: (error?: Error | null) => void,
): void {
  const frame = shared.of(message);
  if (frame !== undefined) {
    stream.write(frame, left);
    return;
  }
  stream.cork();
  stream.write(prefixOf(message));
  stream.write(message, left);
  stream.uncork();
}

/** Resets a stream, so that what it buffers is freed. */
export function resetStream(stream: ServerHttp2Stream): void {
  stream.close(constants.NGHTTP2_CANCEL);
}
