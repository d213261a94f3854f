import { constants, type Http2Session, type ServerHttp2Stream } from "node:http2";
import type { InboundLimits } from "./limits.ts";

/** The costs of one connection: the bytes of its unfinished requests, and its violations. */
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
   * Adds to the bytes of unfinished requests (negative when a request has ended). Returns whether all of them may be
   * kept.
   */
  keep(bytes: number): boolean {
    this.#unfinishedBytes += bytes;
    return this.#unfinishedBytes <= this.#limits.unfinishedBytes;
  }

  /** Counts a violation of a limit. Closes the connection after `limits.violations` of them. */
  violated(): void {
    this.#violations += 1;
    if (this.#violations < this.#limits.violations || this.#session.destroyed) return;
    this.#session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    this.#session.destroy();
  }
}

/**
 * Counts the DATA frames of one request, also those that wait unread: each is an object of over 100 bytes, however
 * small its content is. The average frame of every gRPC library is larger than the prefix of a message. Frames that
 * came in the same read of the socket as the headers of the call are not counted: they are some thousand at most.
 */
export class FrameCount {
  readonly #max: number;
  #frames = 0;
  #bytes = 0;

  /**
   * Counts the chunks that Node pushes into a stream. From the moment that more than `max` frames are too small on
   * average, `exceeded` is called for each frame.
   */
  constructor(stream: ServerHttp2Stream, max: number, exceeded: () => void) {
    this.#max = max;
    const push = stream.push.bind(stream);
    stream.push = (chunk, encoding) => {
      if (chunk !== null && this.#add(chunk.length)) exceeded();
      return push(chunk, encoding);
    };
  }

  /** Starts to count the next request. */
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
