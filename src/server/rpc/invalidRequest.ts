import { randomBytes } from "node:crypto";
import { Status } from "nice-grpc-common";
import { Refusal } from "../common/refusal.ts";

/** Refuses bytes that are not a request: the reason `REQUEST_INVALID`, with the status that says in which way. */
export class InvalidRequest extends Refusal {
  readonly code: Status;

  /** Without a `code` the request is at fault in its content: `INVALID_ARGUMENT`. */
  constructor(message: string, { code = Status.INVALID_ARGUMENT }: { code?: Status } = {}) {
    super("REQUEST_INVALID", message);
    this.code = code;
  }
}

/**
 * What the bytes of a refusal begin with: a field number 0, with which no protobuf message begins, and something that
 * no client can guess, so that it cannot choose what the server says.
 */
const MARK = Buffer.concat([Buffer.alloc(1), randomBytes(15)]);

/**
 * Encodes a refusal as the bytes of a message, so that it reaches the code behind grpc-js in its place among the
 * requests of a stream.
 */
export function encodeRefusal({ code, message }: InvalidRequest): Buffer {
  return Buffer.concat([MARK, Buffer.from([code]), Buffer.from(message)]);
}

/** The refusal that is encoded in the bytes of a message; `undefined`: it is a message. */
export function decodeRefusal(bytes: Uint8Array): InvalidRequest | undefined {
  const code = bytes[MARK.length];
  if (code === undefined || MARK.compare(bytes, 0, MARK.length) !== 0) return undefined;
  return new InvalidRequest(Buffer.from(bytes.subarray(MARK.length + 1)).toString(), { code });
}
