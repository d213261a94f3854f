import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { CallFailure } from "../failure.ts";

/** Ends a call that grpc-js has not seen: sends its status in the headers, without a body. */
export function refuse(stream: ServerHttp2Stream, { code, message, trailers }: CallFailure): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  const headers: OutgoingHttpHeaders = {
    ":status": 200,
    "content-type": "application/grpc+proto",
    "grpc-status": code,
    "grpc-message": encodeURIComponent(message),
  };
  for (const [name, value] of Object.entries(trailers)) {
    headers[name] = Buffer.isBuffer(value) ? value.toString("base64") : value;
  }
  stream.respond(headers, { endStream: true });
}

/**
 * Closes the stream of a call that the server has ended, if the client keeps its own side open for longer than
 * `lingerMs`. Otherwise the stream would stay open as long as the connection. RFC 9113, section 8.1, prescribes
 * `NO_ERROR` for this.
 */
export function closeWhenEnded(stream: ServerHttp2Stream, lingerMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  const linger = () => {
    timer ??= setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), lingerMs).unref();
  };
  // `wantTrailers` is emitted when everything before the trailers has been sent, so a client may read slowly. A
  // response without trailers is short.
  stream.once("wantTrailers", linger);
  stream.once("finish", () => {
    if (stream.sentHeaders?.["grpc-status"] !== undefined || stream.sentHeaders?.[":status"] !== 200) linger();
  });
  stream.once("close", () => clearTimeout(timer));
}
