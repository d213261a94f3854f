import { randomBytes } from "node:crypto";
import { Status } from "nice-grpc-common";
import { Refusal } from "../common/refusal.ts";

/** The refusal of a request that is not valid or comes too late: `REQUEST_INVALID`, with one of several statuses. */
export class InvalidRequest extends Refusal {
  readonly code: Status;

  /** `code`: the status. Default: `INVALID_ARGUMENT`, for a request whose content is invalid. */
  constructor(message: string, { code = Status.INVALID_ARGUMENT }: { code?: Status } = {}) {
    super("REQUEST_INVALID", message);
    this.code = code;
  }
}

/**
 * The first bytes of an encoded refusal. The field number 0 cannot begin a protobuf message. A client cannot guess the
 * random part, so it cannot forge a refusal and make the server say the client's words.
 */
const MARK = Buffer.concat([Buffer.alloc(1), randomBytes(15)]);

/**
 * Encodes a refusal as the bytes of a message, so that grpc-js delivers it in order with the requests of its stream.
 */
export function encodeRefusal({ code, message }: InvalidRequest): Buffer {
  return Buffer.concat([MARK, Buffer.from([code]), Buffer.from(message)]);
}

/** Decodes bytes that `encodeRefusal` made; `undefined` for the bytes of an ordinary message. */
export function decodeRefusal(bytes: Uint8Array): InvalidRequest | undefined {
  const code = bytes[MARK.length];
  if (code === undefined || MARK.compare(bytes, 0, MARK.length) !== 0) return undefined;
  return new InvalidRequest(Buffer.from(bytes.subarray(MARK.length + 1)).toString(), { code });
}
