import { randomBytes } from "node:crypto";
import { Status } from "nice-grpc-common";
import { Refusal } from "../common/refusal.ts";

/** Refuses bytes that are not a valid request: `REQUEST_INVALID`, with one of several statuses. */
export class InvalidRequest extends Refusal {
  readonly code: Status;

  /** `code`: the status. Default: `INVALID_ARGUMENT`, for a request whose content is invalid. */
  constructor(message: string, { code = Status.INVALID_ARGUMENT }: { code?: Status } = {}) {
    super("REQUEST_INVALID", message);
    this.code = code;
  }
}

/**
 * The first bytes of an encoded refusal. The field number 0 cannot begin a protobuf message. The random part cannot be
 * guessed, so a client cannot forge a refusal and thus choose the server's words.
 */
const MARK = Buffer.concat([Buffer.alloc(1), randomBytes(15)]);

/**
 * Encodes a refusal as the bytes of a message. So it passes through grpc-js in order with the requests of its stream.
 */
export function encodeRefusal({ code, message }: InvalidRequest): Buffer {
  return Buffer.concat([MARK, Buffer.from([code]), Buffer.from(message)]);
}

/** The refusal in the bytes of a message; `undefined` if the bytes are a message. */
export function decodeRefusal(bytes: Uint8Array): InvalidRequest | undefined {
  const code = bytes[MARK.length];
  if (code === undefined || MARK.compare(bytes, 0, MARK.length) !== 0) return undefined;
  return new InvalidRequest(Buffer.from(bytes.subarray(MARK.length + 1)).toString(), { code });
}
