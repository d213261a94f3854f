import { constants, type Http2Session, type ServerHttp2Stream } from "node:http2";
import type { Stopwatch } from "../../common/stopwatch.ts";
import { PREFIX_BYTES } from "../messageFrame.ts";
import type { InboundLimits } from "./limits.ts";

/** The collaborators and limits of an `InboundConnection`. */
interface ConnectionParts {
  readonly session: Http2Session;
  readonly limits: InboundLimits;
  /** Called when the connection is closed because it violated a limit. */
  readonly abused: () => void;
  readonly stopwatch: Stopwatch;
}

/** What one connection costs: its calls, the bytes of its unfinished requests, and its violations of the limits. */
export class InboundConnection {
  readonly #parts: ConnectionParts;
  #openCalls = 0;
  #unfinishedBytes = 0;
  #violations = 0;
  /** The resets of the client, less those that time has forgiven. */
  #resets = 0;
  #resetAtMs = 0;
  #isDismissed = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /**
   * Counts a call that has begun. Returns whether the connection may have it; if not, the connection is closed. The
   * runtimes bound resets too, but Bun only after 1,000 of them, which cost 50 ms.
   */
  begin(stream: ServerHttp2Stream): boolean {
    const { session, limits } = this.#parts;
    if (session.destroyed) return false;
    this.#openCalls += 1;
    stream.once("close", () => {
      this.#openCalls -= 1;
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR && !stream.writableEnded) this.#addReset();
    });
    if (this.#openCalls <= limits.openCalls) return true;
    this.#close();
    return false;
  }

  /**
   * Adds to the bytes of unfinished requests; `bytes` is negative when bytes are no longer kept. Returns whether the
   * sum is within the limit.
   */
  keep(bytes: number): boolean {
    this.#unfinishedBytes += bytes;
    return this.#unfinishedBytes <= this.#parts.limits.unfinishedBytes;
  }

  /** Counts a violation of a limit. Closes the connection at violation number `limits.violations`. */
  violated(): void {
    this.#violations += 1;
    if (this.#violations >= this.#parts.limits.violations) this.#close();
  }

  /**
   * Closes the connection when the client has received what was sent before: the answer to a PING says so. At a GOAWAY
   * with an error, clients drop the answers that they have not read yet. `net/addressLimit.ts` limits the wait.
   */
  dismiss(): void {
    if (this.#isDismissed) return;
    this.#isDismissed = true;
    const { session } = this.#parts;
    session.ping(() => {
      if (session.destroyed) return;
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      session.destroy();
    });
  }

  #addReset(): void {
    const { limits, stopwatch } = this.#parts;
    const nowMs = stopwatch();
    const forgiven = ((nowMs - this.#resetAtMs) * limits.resetsPerSecond) / 1_000;
    this.#resets = Math.max(0, this.#resets - forgiven) + 1;
    this.#resetAtMs = nowMs;
    if (this.#resets > limits.resets) this.#close();
  }

  #close(): void {
    const { session, abused } = this.#parts;
    if (session.destroyed) return;
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    session.destroy();
    abused();
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
