import { constants, type Http2Session, type ServerHttp2Stream } from "node:http2";
import { PREFIX_BYTES } from "../messageFrame.ts";
import type { InboundLimits } from "./limits.ts";

/** What one connection costs: the bytes of its unfinished requests, and its violations of the limits. */
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
   * Adds to the bytes of unfinished requests; `bytes` is negative when bytes are no longer kept. Returns whether the
   * sum is within the limit.
   */
  keep(bytes: number): boolean {
    this.#unfinishedBytes += bytes;
    return this.#unfinishedBytes <= this.#limits.unfinishedBytes;
  }

  /** Counts a violation of a limit. Closes the connection at violation number `limits.violations`. */
  violated(): void {
    this.#violations += 1;
    if (this.#violations < this.#limits.violations || this.#session.destroyed) return;
    this.#session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    this.#session.destroy();
  }
}

/**
 * Counts the DATA frames of one request, also the unread ones: each frame is an object of over 100 bytes, however small
 * its content is. A request of many frames that are on average smaller than the prefix of a message is hostile, because
 * no gRPC library sends such frames. The count begins with the next read of the socket: frames that arrived together
 * with the headers of the call are not counted. They are a few thousand at most.
 */
export class FrameCount {
  readonly #max: number;
  #frames = 0;
  #bytes = 0;

  /**
   * Counts the chunks that Node pushes into a stream. If there are more than `max` frames and they are too small on
   * average, calls `exceeded` for each further frame.
   */
  constructor(stream: ServerHttp2Stream, max: number, exceeded: () => void) {
    this.#max = max;
    const push = stream.push.bind(stream);
    stream.push = (chunk, encoding) => {
      if (chunk !== null && this.#add(chunk.length)) exceeded();
      return push(chunk, encoding);
    };
  }

  /** Starts again at 0, for the next request. */
  restart(): void {
    this.#frames = 0;
    this.#bytes = 0;
  }

  #add(bytes: number): boolean {
    this.#frames += 1;
    this.#bytes += bytes;
    return this.#frames > this.#max && this.#bytes < PREFIX_BYTES * this.#frames;
  }
}
