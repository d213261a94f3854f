import { constants, type ServerHttp2Stream } from "node:http2";
import { Status } from "nice-grpc-common";
import { RETRY_SOON_MS, Refusal } from "../../common/refusal.ts";
import { InvalidRequest } from "../invalidRequest.ts";
import { PREFIX_BYTES } from "../messageFrame.ts";
import { FrameCount, type InboundConnection } from "./connection.ts";
import type { InboundLimits } from "./limits.ts";
import { RequestFrames } from "./requestFrames.ts";

/** The parts and limits of one unary or server-streaming call. */
export interface UnaryParts {
  readonly stream: ServerHttp2Stream;
  readonly connection: InboundConnection;
  readonly limits: InboundLimits;
  readonly encoding: string;
  /** Whether the responses continue until the client cancels. */
  readonly isWatch: boolean;
  /** Passes the call to grpc-js. */
  readonly serve: () => void;
  /** Ends the call with the status for an error. */
  readonly refuse: (error: Error) => void;
}

/** The request of a unary or server-streaming call. grpc-js sees the call when the request is complete. */
export class UnaryRequest {
  readonly #parts: UnaryParts;
  readonly #frames: RequestFrames;
  #message: Buffer | undefined;
  #keptBytes = 0;
  #isOver = false;
  #timer: NodeJS.Timeout;

  constructor(parts: UnaryParts) {
    this.#parts = parts;
    const { stream, limits, connection, encoding } = parts;
    this.#frames = new RequestFrames(encoding, limits.messageBytes);
    new FrameCount(stream, limits.tinyFrames, () => this.#closeTiny());
    this.#timer = setTimeout(() => this.#refuse(tooSlow(limits.requestMs)), limits.requestMs);
    stream.on("readable", () => this.#read());
    stream.once("end", () => this.#end());
    stream.once("close", () => {
      clearTimeout(this.#timer);
      connection.keep(-this.#keptBytes);
      this.#keptBytes = 0;
      this.#isOver = true;
    });
  }

  #read(): void {
    // `read` joins the frames that have arrived. Bytes after the end of the call are read too, so that the stream can
    // close.
    for (let bytes = this.#next(); bytes !== null; bytes = this.#next()) if (!this.#isOver) this.#take(bytes);
  }

  #next(): Buffer | null {
    return this.#parts.stream.read();
  }

  #take(bytes: Buffer): void {
    const error = this.#keep(bytes);
    if (error !== undefined) this.#refuse(error);
  }

  /** Returns the error if the bytes are refused. */
  #keep(bytes: Buffer): Error | undefined {
    const { frames, refused } = this.#frames.push(bytes);
    const [first, second] = frames;
    if (first !== undefined) {
      if (second !== undefined || this.#message !== undefined || !isOneMessage(first)) {
        return new InvalidRequest("The call has more than one request: this rpc takes one.");
      }
      // A copy, because the message is a slice of a larger buffer of the socket, and would keep that buffer in memory.
      this.#message = Buffer.from(first);
    }
    if (refused !== undefined) return refused;
    const keptBytes = this.#frames.unfinishedBytes + (this.#message?.length ?? 0);
    const grown = keptBytes - this.#keptBytes;
    this.#keptBytes = keptBytes;
    const { connection, limits } = this.#parts;
    return connection.keep(grown) ? undefined : tooMuchUnfinished(limits.unfinishedBytes);
  }

  #end(): void {
    if (this.#isOver) return;
    const message = this.#message;
    const brokenOff = this.#frames.end();
    if (brokenOff !== undefined) this.#refuse(brokenOff);
    else if (message === undefined) this.#refuse(new InvalidRequest("The call has no request: this rpc takes one."));
    else this.#serve(message);
  }

  #serve(message: Buffer): void {
    const { stream, limits, isWatch, serve } = this.#parts;
    this.#finish();
    // A stream that has closed does not emit "close" again, so nothing would clear the timer.
    if (!isWatch && !stream.destroyed) {
      this.#timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), limits.responseMs).unref();
    }
    serve();
    stream.emit("data", message);
    stream.emit("end");
  }

  #refuse(error: Error): void {
    this.#finish();
    this.#parts.refuse(error);
  }

  #closeTiny(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#parts.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    this.#parts.connection.violated();
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    this.#message = undefined;
    this.#frames.clear();
    this.#parts.connection.keep(-this.#keptBytes);
    this.#keptBytes = 0;
  }
}

function isOneMessage(frame: Buffer): boolean {
  return frame.length === PREFIX_BYTES + frame.readUInt32BE(1);
}

function tooMuchUnfinished(maxBytes: number): Refusal {
  const message =
    `The unfinished requests of this connection have more than ${maxBytes} bytes in all. ` +
    "Finish some of them, and try again in a second.";
  return new Refusal("OVERLOADED", message, { retryAfterMs: RETRY_SOON_MS });
}

function tooSlow(requestMs: number): InvalidRequest {
  const message = `The request did not come in time: all of it has to arrive within ${requestMs / 1_000} s.`;
  return new InvalidRequest(message, { code: Status.DEADLINE_EXCEEDED });
}
