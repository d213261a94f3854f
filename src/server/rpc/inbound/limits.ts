/**
 * Limits on requests that are read before grpc-js. Each one bounds the memory or the time that a client can cost, even
 * without an account. `net` bounds the connections.
 */
export interface InboundLimits {
  /**
   * The maximum time from the headers of a unary or server-streaming call to the end of its request, in milliseconds.
   */
  readonly requestMs: number;
  /** The maximum time from the first to the last byte of a request on a stream, in milliseconds. */
  readonly messageMs: number;
  /** The maximum time between requests on a stream that needs no token, in milliseconds. */
  readonly idleMs: number;
  /** The maximum time from the end of a unary request until the client has received the response, in milliseconds. */
  readonly responseMs: number;
  /**
   * The maximum time for which a client may keep its side open after the server has ended the call, in milliseconds.
   */
  readonly lingerMs: number;
  /** The maximum size of a request, compressed or not, in bytes. */
  readonly messageBytes: number;
  /**
   * The maximum size of the headers of a call, in bytes as HTTP/2 counts them: names, values, and 32 for each header.
   */
  readonly headerBytes: number;
  /**
   * The maximum number of calls of one connection that have begun and not ended, with those that the client has reset
   * and the server has not noticed yet.
   */
  readonly openCalls: number;
  /** How many calls of one connection a client may reset at once after a pause. */
  readonly resets: number;
  /** How many calls of one connection a client may reset per second in the long run. */
  readonly resetsPerSecond: number;
  /** The maximum size of all unfinished requests of one connection together, in bytes. */
  readonly unfinishedBytes: number;
  /** How many DATA frames of one request may be smaller, on average, than the prefix of a message (5 bytes). */
  readonly tinyFrames: number;
  /**
   * The number of violations after which a connection is closed. A violation is a call with too large headers, a
   * request of too many tiny frames, or a stream whose request exceeds `unfinishedBytes`.
   */
  readonly violations: number;
}

const SECOND = 1_000;
const KIB = 1_024;

/** The default limits. */
export const INBOUND_LIMITS: InboundLimits = {
  // A sign-in has under 1 KB. TCP can retransmit it three times in this time (after 1 s, 2 s and 4 s).
  requestMs: 15 * SECOND,
  // 64 KiB at 9 kbit/s, the speed of a slow modem; and longer than keepalive takes to find a dead connection (25 s).
  messageMs: 60 * SECOND,
  // grpcurl and buf ask at once. Tools that keep a reflection stream open a new one when they need it.
  idleMs: 60 * SECOND,
  // The same as for a response on `Chat` (common/limits.ts, `stallTimeoutMs`). 200 queued sign-ins take 2 s.
  responseMs: 120 * SECOND,
  // A client that follows the contract ends its side when it has read the end of the call.
  lingerMs: 5 * SECOND,
  // The contract promises this size.
  messageBytes: 64 * KIB,
  // A token has 51 bytes, and the headers of a call about 500. 16 KiB is the default of gRPC libraries.
  headerBytes: 16 * KIB,
  // A client has at most 100 calls (grpcServer.ts). It may reset all of them and begin as many in one read of the socket.
  openCalls: 256,
  // A client that cancels all of its calls twice is not closed. The rate is the default of nghttp2.
  resets: 256,
  resetsPerSecond: 33,
  // Four requests of the maximum size. A command with the longest text has 4 KB.
  unfinishedBytes: 256 * KIB,
  // No gRPC library sends tiny frames: a message has at least its prefix, and takes one or two frames.
  tinyFrames: 1_024,
  // A client may make a few mistakes. To answer more of them would cost more than to close the connection.
  violations: 16,
};
