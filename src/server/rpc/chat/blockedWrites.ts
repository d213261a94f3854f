import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";

/** How often the pending writes are looked at, in milliseconds. Other streams wait for up to twice this time. */
const INTERVAL_MS = 50;

/**
 * Sends a PING on each connection that has a write which is not flushed after a while. Bun needs this: a stream whose
 * client does not read holds up all other streams of its connection until a frame of the connection itself is written
 * (docs/runtimes.md, row 16). At most one PING of this kind is in flight on a connection.
 */
export class BlockedWrites {
  /** The streams with a pending write, each with the number of looks at the time of the write. */
  readonly #pending = new Map<ServerHttp2Stream, number>();
  readonly #pinged = new WeakSet<ServerHttp2Session>();
  #looks = 0;
  #timer: NodeJS.Timeout | undefined;

  /** A write on this stream is pending. */
  written(stream: ServerHttp2Stream): void {
    this.#pending.set(stream, this.#looks);
    this.#timer ??= setInterval(() => this.#look(), INTERVAL_MS).unref();
  }

  /** No write on this stream is pending: the last one was flushed, or the stream is closed. */
  flushed(stream: ServerHttp2Stream): void {
    this.#pending.delete(stream);
  }

  #look(): void {
    this.#looks += 1;
    if (this.#pending.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    for (const [stream, look] of this.#pending) if (look < this.#looks - 1) this.#ping(stream.session);
  }

  #ping(session: ServerHttp2Stream["session"]): void {
    const own = session as ServerHttp2Session | undefined;
    if (own === undefined || own.destroyed || this.#pinged.has(own)) return;
    this.#pinged.add(own);
    own.ping(() => this.#pinged.delete(own));
  }
}
