import { constants, type Http2Session, type ServerHttp2Stream } from "node:http2";
import type { InboundLimits } from "./limits.ts";

/** What the unfinished requests of one connection cost together. */
export class InboundConnection {
  readonly #session: Http2Session;
  readonly #limits: InboundLimits;
  #unfinishedBytes = 0;
  #violations = 0;

  constructor(session: Http2Session, limits: InboundLimits) {
    this.#session = session;
    this.#limits = limits;
  }

  /**
   * An unfinished request has grown by so many bytes, or has ended (negative). Returns whether all of them may be
   * kept.
   */
  keep(bytes: number): boolean {
    this.#unfinishedBytes += bytes;
    return this.#unfinishedBytes <= this.#limits.unfinishedBytes;
  }

  /** The client has violated a limit. Closes the connection if it does so again and again. */
  violated(): void {
    this.#violations += 1;
    if (this.#violations < this.#limits.violations || this.#session.destroyed) return;
    this.#session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    this.#session.destroy();
  }
}

/**
 * Counts the DATA frames of one request, also those that wait unread: each is an object of over 100 bytes, however
 * little is in it. No gRPC library sends frames that are smaller on average than the prefix of a message. What came
 * in the same read of the socket as the call's headers is not counted: those are at most some thousand frames.
 */
export class FrameCount {
  readonly #max: number;
  #frames = 0;
  #bytes = 0;

  /**
   * Looks at what Node pushes into a stream. `exceeded` is called when `max` frames were too small, at each further
   * one.
   */
  constructor(stream: ServerHttp2Stream, max: number, exceeded: () => void) {
    this.#max = max;
    const push = stream.push.bind(stream);
    stream.push = (chunk, encoding) => {
      if (chunk !== null && this.#add(chunk.length)) exceeded();
      return push(chunk, encoding);
    };
  }

  /** A request has come whole: the next one begins. */
  restart(): void {
    this.#frames = 0;
    this.#bytes = 0;
  }

  #add(bytes: number): boolean {
    this.#frames += 1;
    this.#bytes += bytes;
    return this.#frames > this.#max && this.#bytes < 5 * this.#frames;
  }
}
