import { constants, type ServerHttp2Stream } from "node:http2";
import { Status } from "nice-grpc-common";
import { encodeRefusal, InvalidRequest } from "../invalidRequest.ts";
import { framed } from "../messageFrame.ts";
import { FrameCount, type InboundConnection } from "./connection.ts";
import type { InboundLimits } from "./limits.ts";
import { RequestFrames } from "./requestFrames.ts";

/** What the requests of a stream are read with. */
export interface StreamingParts {
  readonly stream: ServerHttp2Stream;
  readonly connection: InboundConnection;
  readonly limits: InboundLimits;
  readonly encoding: string;
  readonly needsToken: boolean;
}

/**
 * The requests of a streaming call. grpc-js is given whole messages when it asks for them; one that is refused
 * reaches the code behind it in its place among the others, as `encodeRefusal` has it.
 */
export class StreamingRequest {
  readonly #parts: StreamingParts;
  readonly #frames: RequestFrames;
  readonly #count: FrameCount;
  /** Whole messages that grpc-js has not asked for. */
  readonly #whole: Buffer[] = [];
  /** What grpc-js listens with, once it does. */
  #grpc: { readonly data: (chunk: Buffer) => void; readonly end: () => void } | undefined;
  #isWanted = false;
  #isPumping = false;
  /** Whether the client has ended its side. */
  #hasEnded = false;
  /** Whether nothing more is passed on. */
  #isOver = false;
  #keptBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: StreamingParts) {
    this.#parts = parts;
    const { stream, limits, encoding } = parts;
    this.#frames = new RequestFrames(encoding, limits.messageBytes);
    this.#count = new FrameCount(stream, limits.tinyFrames, () => this.#violate());
  }

  /** `serve` has grpc-js serve the call. */
  serve(serve: () => void): void {
    const { stream } = this.#parts;
    // Set before grpc-js listens for data, which else would make the stream flow.
    stream.on("readable", () => this.#pump());
    stream.pause = () => {
      this.#isWanted = false;
      // Nothing is read now, so the client cannot be late.
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
   * Passes on what grpc-js asks for; behind the end of the call everything is read and dropped, so that the stream
   * can close.
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

  /** Returns whether there may be more to do. */
  #step(): boolean {
    const { stream } = this.#parts;
    if (this.#isOver || stream.writableEnded || stream.closed) return this.#next() !== null;
    if (!this.#isWanted) return false;
    const whole = this.#whole.shift();
    if (whole !== undefined) {
      this.#grpc?.data(whole);
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
    this.#whole.push(...frames);
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

  /** Passes on the refusal, behind the requests that came before it. */
  #refuse(refused: InvalidRequest, before: readonly Buffer[]): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    this.#keep(0);
    for (const each of [...this.#whole.splice(0), ...before, framed(encodeRefusal(refused))]) this.#grpc?.data(each);
  }

  /** Begins the time that the client has for what is to come next. */
  #waitForRequest(): void {
    if (this.#timer !== undefined || this.#isOver) return;
    if (this.#frames.unfinishedBytes > 0) this.#timer = this.#timeUnfinished();
    else if (!this.#parts.needsToken) this.#timer = this.#timeIdle();
  }

  #timeUnfinished(): NodeJS.Timeout {
    const { stream, limits } = this.#parts;
    // No status: it would tell the client that the request itself is bad, and it may be a good one on a bad line.
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
