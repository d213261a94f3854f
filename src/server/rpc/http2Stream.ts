import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";

/**
 * The one place that reaches behind grpc-js: the HTTP/2 stream of a call, a private field of its innermost call object. Two things
 * cannot be had in public: to reset a stream whose client has stopped reading (a status waits behind what is not read), and to know
 * that grpc-js has ended a call by itself (a request that is too large, a deadline), after which a write is an error that nobody
 * listens for. `undefined` where a future grpc-js keeps it elsewhere.
 */
export function http2StreamOf(call: ServerInterceptingCallInterface): ServerHttp2Stream | undefined {
  const { stream } = call as unknown as { stream?: Partial<ServerHttp2Stream> };
  return typeof stream?.close === "function" ? (stream as ServerHttp2Stream) : undefined;
}

/** Resets a stream, so that what it buffers is freed. */
export function resetStream(stream: ServerHttp2Stream): void {
  stream.close(constants.NGHTTP2_CANCEL);
}
