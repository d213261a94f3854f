import { constants, type ServerHttp2Stream } from "node:http2";
import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { prefixOf } from "../messageFrame.ts";
import type { SharedFrames } from "./sharedFrames.ts";

/** The methods of an HTTP/2 stream that this folder uses. */
const USED_METHODS = ["close", "cork", "on", "uncork", "write"] as const;

/**
 * The HTTP/2 stream of a call, which is a private field of the innermost call object of grpc-js. No other code uses
 * private fields of grpc-js. Three things have no public interface:
 *
 * - to reset a stream whose client has stopped reading: a status would wait behind the unread data;
 * - to see that grpc-js has ended a call, for example at a deadline: a write after that emits an error;
 * - to write bytes that many calls share, without a copy for each.
 *
 * `undefined` if the field is not an HTTP/2 stream, because another version of grpc-js keeps it elsewhere.
 */
export function http2StreamOf(call: ServerInterceptingCallInterface): ServerHttp2Stream | undefined {
  const { stream } = call as unknown as { stream?: Partial<ServerHttp2Stream> };
  const isHttp2Stream = USED_METHODS.every((method) => typeof stream?.[method] === "function");
  return isHttp2Stream ? (stream as ServerHttp2Stream) : undefined;
}

/**
 * Writes a message. Calls `flushed` when it has been written, or with an error if the stream broke before.
 * `sendMessage` of grpc-js would copy the message twice. For a reader that catches up that is 128 KiB of garbage for
 * each response, which was most of the memory that many such readers cost.
 */
export function writeMessage(
  stream: ServerHttp2Stream,
  message: Uint8Array,
  frames: SharedFrames,
  flushed: (error?: Error | null) => void,
): void {
  const frame = frames.of(message);
  if (frame !== undefined) {
    stream.write(frame, flushed);
    return;
  }
  stream.cork();
  stream.write(prefixOf(message));
  stream.write(message, flushed);
  stream.uncork();
}

/** Resets a stream, which frees its buffers. */
export function resetStream(stream: ServerHttp2Stream): void {
  stream.close(constants.NGHTTP2_CANCEL);
}
