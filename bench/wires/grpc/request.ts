import { ChatRequest, SendAll } from "../../../src/gen/obrolan/v1/chat.ts";
import { DIGITS, digitsOf } from "../messageText.ts";
import { STREAM } from "./connection.ts";
import { FrameType, frame } from "./frames.ts";

/** Encodes a request with gRPC's length prefix. */
export function prefixedRequest(request: ChatRequest): Buffer {
  const message = ChatRequest.encode(request).finish();
  const prefixed = Buffer.alloc(5 + message.length);
  prefixed.writeUInt32BE(message.length, 1);
  prefixed.set(message, 5);
  return prefixed;
}

/** A `join` request. */
export function joinRequest(resumeAfter?: number): ChatRequest {
  const value = { resumeAfter: resumeAfter === undefined ? undefined : BigInt(resumeAfter), logId: "", recent: 0 };
  return { requestId: "", command: { $case: "join", value } };
}

/** The DATA frame of a request. */
export function requestFrame(request: ChatRequest): Buffer {
  return frame(FrameType.data, 0, STREAM, prefixedRequest(request));
}

/**
 * Encodes the DATA frames of `send_all` requests with texts of one length: copies of a template with their own digits.
 */
export class SendFrames {
  readonly #template: Buffer;
  readonly #digitOffsets: number[];

  constructor(textBytes: number) {
    if (textBytes < DIGITS)
      throw new Error(
        `A text of ${textBytes} bytes has no room for its number: set --text-bytes to ${DIGITS} or more.`,
      );
    const zero = digitsOf(0);
    const text = zero.padEnd(textBytes, "x");
    this.#template = requestFrame({ requestId: zero, command: { $case: "sendAll", value: SendAll.create({ text }) } });
    this.#digitOffsets = [this.#template.indexOf(zero), this.#template.lastIndexOf(zero)];
  }

  /** The frame of the message with this number, which is also its `request_id`. */
  of(number: number): Buffer {
    const bytes = Buffer.from(this.#template);
    for (const offset of this.#digitOffsets) bytes.write(digitsOf(number), offset, "latin1");
    return bytes;
  }
}
