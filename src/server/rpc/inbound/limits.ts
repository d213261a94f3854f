/**
 * What a client may leave unfinished. Each number bounds what somebody without an account could make the server keep;
 * how many connections there may be in all is not bounded here.
 */
export interface InboundLimits {
  /** How long the request of a unary or server-streaming call may take from its headers to its end, in milliseconds. */
  readonly requestMs: number;
  /** How long a request on a stream may take from its first byte to its last, in milliseconds. */
  readonly messageMs: number;
  /** How long a stream that needs no token may go without a request, in milliseconds. */
  readonly idleMs: number;
  /** How long a unary call may take from the end of its request until its response is taken, in milliseconds. */
  readonly responseMs: number;
  /** How long a client may keep its side open after the server has ended the call, in milliseconds. */
  readonly lingerMs: number;
  /** A request's length, in bytes. */
  readonly messageBytes: number;
  /** The headers of a call, in bytes as HTTP/2 counts them: names, values, and 32 for each. */
  readonly headerBytes: number;
  /** The unfinished requests of one connection together, in bytes. */
  readonly unfinishedBytes: number;
  /** DATA frames of one request that may be smaller on average than gRPC's prefix of a message, which is 5 bytes. */
  readonly tinyFrames: number;
  /** Violations of these limits that one connection may make before it is closed. */
  readonly violations: number;
}

const SECOND = 1_000;
const KIB = 1_024;

/** The limits, if nothing else is said. */
export const INBOUND_LIMITS: InboundLimits = {
  // A sign-in has under 1 KB: TCP may lose it three times (1 s, 2 s, 4 s) and still bring it.
  requestMs: 15 * SECOND,
  // 64 KiB at 9 kbit/s, a telephone line's modem of old; and longer than keepalive takes to find a dead connection
  // (25 s).
  messageMs: 60 * SECOND,
  // grpcurl and buf ask at once; tools that keep a reflection stream open open another one when they need it.
  idleMs: 60 * SECOND,
  // As long as a response on `Chat` (room/limits.ts, `stall`). 200 sign-ins in the queue take 2 s.
  responseMs: 120 * SECOND,
  // A client that follows the contract ends its side when it has read the end of the call.
  lingerMs: 5 * SECOND,
  // The contract's.
  messageBytes: 64 * KIB,
  // A token has 51 bytes, and a whole call about 500. 16 KiB is gRPC's own usual limit.
  headerBytes: 16 * KIB,
  // Four of the longest requests at once; a command with the longest text has 4 KB.
  unfinishedBytes: 256 * KIB,
  // No gRPC library sends one: a message has at least its prefix, and comes in one frame or two.
  tinyFrames: 1_024,
  // A client may be wrong once or twice; one that goes on costs more to answer than to close.
  violations: 16,
};
