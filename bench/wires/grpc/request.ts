import { ChatRequest } from "../../../src/gen/obrolan/v1/chat.ts";
import { DIGITS, digitsOf } from "../messageText.ts";
import { STREAM } from "./connection.ts";
import { FrameType, frame } from "./frames.ts";

/** A request as gRPC sends it, with its length before it. */
export function prefixedRequest(request: ChatRequest): Buffer {
  const message = ChatRequest.encode(request).finish();
  const prefixed = Buffer.alloc(5 + message.length);
  prefixed.writeUInt32BE(message.length, 1);
  prefixed.set(message, 5);
  return prefixed;
}

/** A request to enter the room. */
export function joinRequest(resumeAfter?: number): ChatRequest {
  const value = { resumeAfter: resumeAfter === undefined ? undefined : BigInt(resumeAfter), logId: "", recent: 0 };
  return { requestId: "", command: { $case: "join", value } };
}

/** The DATA frame of a request. */
export function requestFrame(request: ChatRequest): Buffer {
  return frame(FrameType.data, 0, STREAM, prefixedRequest(request));
}

/** Makes the DATA frames that send numbered messages of one length, each a copy of a model with its own digits. */
export class SendFrames {
  readonly #model: Buffer;
  readonly #places: number[];

  constructor(textBytes: number) {
    if (textBytes < DIGITS)
      throw new Error(`A text of ${textBytes} bytes has no room for its number: give ${DIGITS} or more.`);
    const zero = digitsOf(0);
    const text = zero.padEnd(textBytes, "x");
    this.#model = requestFrame({ requestId: zero, command: { $case: "sendAll", value: { text } } });
    this.#places = [this.#model.indexOf(zero), this.#model.lastIndexOf(zero)];
  }

  /** The frame of the message of that number, which is its `request_id` too. */
  of(number: number): Buffer {
    const bytes = Buffer.from(this.#model);
    for (const place of this.#places) bytes.write(digitsOf(number), place, "latin1");
    return bytes;
  }
}
