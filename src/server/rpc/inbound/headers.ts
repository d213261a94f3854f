import type { IncomingHttpHeaders } from "node:http2";

/** HTTP/2 counts 32 bytes for each header besides its name and value (RFC 9113, section 6.5.2). */
const OVERHEAD_BYTES = 32;
/** A longer `authorization` is truncated; a token has 51 characters. */
const MAX_AUTHORIZATION_CHARS = 512;
/** `grpc-timeout` is at most 8 digits and a unit. */
const MAX_TIMEOUT_CHARS = 16;

/** The bytes of headers, as HTTP/2 counts them. */
export function sizeOfHeaders(headers: IncomingHttpHeaders): number {
  let size = 0;
  for (const [name, value] of Object.entries(headers)) {
    for (const each of Array.isArray(value) ? value : [value ?? ""]) size += name.length + each.length + OVERHEAD_BYTES;
  }
  return size;
}

/** Whether headers are those of a gRPC call. gRPC-Web (`application/grpc-web+proto`) is another protocol. */
export function isGrpc(headers: IncomingHttpHeaders): boolean {
  return /^application\/grpc(?:[+;]|$)/.test(headers["content-type"] ?? "");
}

/**
 * Only the headers that the server uses. A call keeps its headers while it is open, and with HPACK a client can send 60
 * KB of headers in 33 bytes. The headers about the encoding are left out, because requests are decompressed before
 * grpc-js sees them.
 */
export function usedHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { authorization } = headers;
  const timeout = headers["grpc-timeout"];
  return {
    ":method": "POST",
    ":path": headers[":path"] ?? "",
    "content-type": "application/grpc",
    ...(authorization === undefined ? {} : { authorization: authorization.slice(0, MAX_AUTHORIZATION_CHARS) }),
    ...(typeof timeout === "string" ? { "grpc-timeout": timeout.slice(0, MAX_TIMEOUT_CHARS) } : {}),
  };
}

/** The encoding of compressed requests; `identity` if the headers name none. */
export function encodingOf(headers: IncomingHttpHeaders): string {
  const encoding = headers["grpc-encoding"];
  return typeof encoding === "string" ? encoding : "identity";
}
