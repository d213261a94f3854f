import { constants, type ServerHttp2Stream } from "node:http2";
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
 */
export class StreamingRequest {
  readonly #parts: StreamingParts;
  readonly #frames: RequestFrames;
  readonly #count: FrameCount;
  /** Complete messages that grpc-js has not asked for. */
  readonly #complete: Buffer[] = [];
  /** The listeners of grpc-js; `undefined` until it serves the call. */
  #grpc: { readonly data: (chunk: Buffer) => void; readonly end: () => void } | undefined;
  #isWanted = false;
  #isPumping = false;
  /** Whether the client has ended its side. */
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
    // Before grpc-js listens for data: a `data` listener alone would make the stream flow.
    stream.on("readable", () => this.#pump());
    stream.pause = () => {
      this.#isWanted = false;
      // Nothing is read while grpc-js pauses, so the client cannot be late.
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
    const before = stream.listeners("end");
    serve();
    const data = stream.listeners("data") as ((chunk: Buffer) => void)[];
    const end = stream.listeners("end").filter((each) => !before.includes(each)) as (() => void)[];
    for (const each of data) stream.off("data", each);
    for (const each of end) stream.off("end", each);
    this.#grpc = {
      data: (chunk) => {
        for (const each of data) each.call(stream, chunk);
      },
      end: () => {
        for (const each of end) each.call(stream);
      },
    };
    stream.once("end", () => {
      this.#hasEnded = true;
      this.#pump();
    });
    stream.once("close", () => {
      clearTimeout(this.#timer);
      this.#keep(0);
      this.#isOver = true;
    });
    this.#pump();
  }

  /**
   * Passes on the messages that grpc-js asks for. After the end of the call all bytes are read and dropped, so that the
   * stream can close.
   */
  #pump(): void {
    if (this.#grpc === undefined || this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#step());
    } finally {
      this.#isPumping = false;
    }
  }

  /** Returns whether the next step may do something. */
  #step(): boolean {
    const { stream } = this.#parts;
    if (this.#isOver || stream.writableEnded || stream.closed) return this.#next() !== null;
    if (!this.#isWanted) return false;
    const message = this.#complete.shift();
    if (message !== undefined) {
      this.#grpc?.data(message);
      return true;
    }
    const bytes = this.#next();
    if (bytes !== null) {
      this.#take(bytes);
      return true;
    }
    if (this.#hasEnded) this.#end();
    return false;
  }

  #next(): Buffer | null {
    return this.#parts.stream.read();
  }

  #take(bytes: Buffer): void {
    const { frames, refused } = this.#frames.push(bytes);
    if (refused !== undefined) {
      this.#refuse(refused, frames);
      return;
    }
    this.#complete.push(...frames);
    if (frames.length > 0) this.#count.restart();
    else this.#timer ??= this.#timeUnfinished();
    if (!this.#keep(this.#frames.unfinishedBytes)) this.#violate();
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

  /** Passes on the requests that came before a refusal, and then the refusal. */
  #refuse(refused: InvalidRequest, before: readonly Buffer[]): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    this.#keep(0);
    for (const each of [...this.#complete.splice(0), ...before, framed(encodeRefusal(refused))]) this.#grpc?.data(each);
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
    this.#isOver = true;
    this.#keep(0);
    this.#parts.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    this.#parts.connection.violated();
  }

  #keep(bytes: number): boolean {
    const grown = bytes - this.#keptBytes;
    this.#keptBytes = bytes;
    return this.#parts.connection.keep(grown);
  }
}
