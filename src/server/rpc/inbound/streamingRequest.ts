import { constants, type ServerHttp2Stream } from "node:http2";
import { Readable } from "node:stream";
import { Status } from "nice-grpc-common";
import { encodeRefusal, InvalidRequest } from "../invalidRequest.ts";
import { framed } from "../messageFrame.ts";
import { FrameCount, type InboundConnection } from "./connection.ts";
import type { InboundLimits } from "./limits.ts";
import { RequestFrames } from "./requestFrames.ts";

/** The parts and limits of one streaming call. */
export interface StreamingParts {
  readonly stream: ServerHttp2Stream;
  readonly connection: InboundConnection;
  readonly limits: InboundLimits;
  readonly encoding: string;
  readonly needsToken: boolean;
}

/**
 * The requests of a streaming call. grpc-js gets complete messages when it asks for them. A refusal is passed on as a
 * message too (`encodeRefusal`), in order with the requests.
 *
 * The HTTP/2 stream flows, and is paused only while many bytes wait for grpc-js. grpc-js asks for a pause after each
 * message, but a pause and a resume cost more than a message does.
 */
export class StreamingRequest {
  readonly #parts: StreamingParts;
  readonly #frames: RequestFrames;
  readonly #count: FrameCount;
  /** Complete messages that grpc-js has not asked for. */
  readonly #complete: Buffer[] = [];
  #completeBytes = 0;
  /** The listeners of grpc-js; `undefined` until it serves the call. */
  #grpc: { readonly data: (chunk: Buffer) => void; readonly end: () => void } | undefined;
  #isWanted = false;
  #isPaused = false;
  #isPumping = false;
  /** Whether all bytes of the client have come. */
  #hasEnded = false;
  /** Whether nothing more is passed to grpc-js. */
  #isOver = false;
  #keptBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: StreamingParts) {
    this.#parts = parts;
    const { stream, limits, encoding } = parts;
    this.#frames = new RequestFrames(encoding, limits.messageBytes);
    this.#count = new FrameCount(stream, limits.tinyFrames, () => this.#violate());
  }

  /** Passes the call to grpc-js with `serve`, and takes over its listeners. */
  serve(serve: () => void): void {
    const { stream } = this.#parts;
    const take = (bytes: Buffer) => this.#take(bytes);
    const end = () => {
      this.#hasEnded = true;
      this.#pump();
    };
    // Before `pause` and `resume` are replaced: a `data` listener starts the flow, in the next tick.
    stream.on("data", take);
    stream.on("end", end);
    this.#replacePauseAndResume();
    const others = stream.listeners("end");
    serve();
    const data = stream.listeners("data").filter((each) => each !== take) as ((chunk: Buffer) => void)[];
    const ends = stream.listeners("end").filter((each) => !others.includes(each)) as (() => void)[];
    for (const each of data) stream.off("data", each);
    for (const each of ends) stream.off("end", each);
    this.#grpc = {
      data: (chunk) => {
        for (const each of data) each.call(stream, chunk);
      },
      end: () => {
        for (const each of ends) each.call(stream);
      },
    };
    // The server has ended the call: what still comes is dropped, so that the stream can close.
    stream.once("finish", () => this.#drop());
    stream.once("close", () => this.#drop());
    this.#pump();
  }

  /** Makes `pause` and `resume`, which grpc-js calls, say only whether it wants a message. */
  #replacePauseAndResume(): void {
    const { stream } = this.#parts;
    stream.pause = () => {
      this.#isWanted = false;
      // Nothing is passed on while grpc-js pauses, so the client cannot be late.
      clearTimeout(this.#timer);
      this.#timer = undefined;
      return stream;
    };
    stream.resume = () => {
      this.#isWanted = true;
      this.#waitForRequest();
      this.#pump();
      return stream;
    };
    const push = stream.push.bind(stream);
    stream.push = (chunk, encoding) => {
      // No more bytes can come. A stream closes when the last ones have been taken.
      if (chunk === null) this.#flow();
      return push(chunk, encoding);
    };
  }

  #flow(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    Readable.prototype.resume.call(this.#parts.stream);
  }

  /** Passes on the messages that grpc-js asks for, and then the end. */
  #pump(): void {
    if (this.#grpc === undefined || this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#isWanted && this.#complete.length > 0) this.#passOn();
    } finally {
      this.#isPumping = false;
    }
    if (this.#complete.length > 0) return;
    if (!this.#hasEnded) this.#flow();
    else if (this.#isWanted && !this.#isOver) this.#end();
  }

  #passOn(): void {
    const message = this.#complete.shift();
    if (message === undefined) return;
    this.#completeBytes -= message.length;
    this.#grpc?.data(message);
  }

  /** Takes a chunk of the body. */
  #take(bytes: Buffer): void {
    const { stream } = this.#parts;
    if (this.#isOver || stream.writableEnded || stream.closed) return;
    const { frames, refused } = this.#frames.push(bytes);
    if (refused !== undefined) {
      this.#refuse(refused, frames);
      return;
    }
    for (const frame of frames) {
      this.#complete.push(frame);
      this.#completeBytes += frame.length;
    }
    if (frames.length > 0) this.#count.restart();
    else if (this.#isWanted) this.#timer ??= this.#timeUnfinished();
    if (!this.#keep(this.#frames.unfinishedBytes)) this.#violate();
    this.#pump();
    if (this.#completeBytes >= stream.readableHighWaterMark && !this.#hasEnded) {
      this.#isPaused = true;
      Readable.prototype.pause.call(stream);
    }
  }

  #end(): void {
    const brokenOff = this.#frames.end();
    if (brokenOff !== undefined) {
      this.#refuse(brokenOff, []);
      return;
    }
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#grpc?.end();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    this.#keep(0);
    this.#complete.length = 0;
    this.#completeBytes = 0;
    this.#flow();
  }

  /** Passes on the requests that came before a refusal, and then the refusal. */
  #refuse(refused: InvalidRequest, before: readonly Buffer[]): void {
    const messages = [...this.#complete, ...before, framed(encodeRefusal(refused))];
    this.#drop();
    for (const each of messages) this.#grpc?.data(each);
  }

  /** Starts the timer for the next request, or for the rest of an unfinished one. */
  #waitForRequest(): void {
    if (this.#timer !== undefined || this.#isOver) return;
    if (this.#frames.unfinishedBytes > 0) this.#timer = this.#timeUnfinished();
    else if (!this.#parts.needsToken) this.#timer = this.#timeIdle();
  }

  #timeUnfinished(): NodeJS.Timeout {
    const { stream, limits } = this.#parts;
    // No status: it would say that the request is invalid, but it may be a valid one on a bad connection.
    return setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), limits.messageMs);
  }

  #timeIdle(): NodeJS.Timeout {
    const { idleMs } = this.#parts.limits;
    const message = `No request came for ${idleMs / 1_000} s: open another stream when you have one.`;
    return setTimeout(() => this.#refuse(new InvalidRequest(message, { code: Status.DEADLINE_EXCEEDED }), []), idleMs);
  }

  #violate(): void {
    if (this.#isOver) return;
    this.#drop();
    this.#parts.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    this.#parts.connection.violated();
  }

  #keep(bytes: number): boolean {
    const grown = bytes - this.#keptBytes;
    this.#keptBytes = bytes;
    return this.#parts.connection.keep(grown);
  }
}
