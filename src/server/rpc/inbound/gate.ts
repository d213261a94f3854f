import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Server, Socket } from "node:net";
import { Status } from "nice-grpc-common";
import { tooManyConnections } from "../../common/refusal.ts";
import { type Stopwatch, systemStopwatch } from "../../common/stopwatch.ts";
import { type CallFailure, failureOf } from "../failure.ts";
import { InvalidRequest } from "../invalidRequest.ts";
import { InboundConnection } from "./connection.ts";
import { encodingOf, isGrpc, sizeOfHeaders, usedHeaders } from "./headers.ts";
import { INBOUND_LIMITS, type InboundLimits } from "./limits.ts";
import { closeWhenEnded, refuse } from "./refuse.ts";
import { StreamingRequest } from "./streamingRequest.ts";
import { UnaryRequest } from "./unaryRequest.ts";

/** Which requests an rpc takes. */
export type RequestKind =
  /** One request, and one response. */
  | "unary"
  /** One request, and responses until the client cancels. */
  | "watch"
  /** Any number of requests. */
  | "stream"
  /** Any number of requests. The client needs no token, so an idle call is ended. */
  | "open-stream";

/** The options of a gate. */
export interface GateOptions {
  /** The rpcs that are served, by path. */
  readonly kinds: ReadonlyMap<string, RequestKind>;
  /** Called for each call that the gate refuses. */
  readonly failed: (failure: CallFailure) => void;
  readonly limits?: Partial<InboundLimits> | undefined;
  /** What is known of the addresses that connections come from. Default: nothing. */
  readonly addresses?: InboundAddresses | undefined;
  /** Default: the monotonic clock. */
  readonly stopwatch?: Stopwatch | undefined;
}

/** One end of a connection. */
type Peer = Pick<Socket, "remoteAddress" | "remotePort">;

/** What a gate asks and tells about the address that a connection comes from. */
export interface InboundAddresses {
  /** Whether the address has too many connections, so that the calls of this one are refused. */
  isOver(peer: Peer): boolean;
  /** Returns a function to call when the connection is closed for abuse. */
  abuseOf(peer: Peer): () => void;
}

type Serve = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => void;

const NOT_GRPC =
  "This port speaks gRPC only, over HTTP/2. Use a client of obrolan.v1.ChatService, such as " +
  "npx obrolan, buf curl or grpcurl.\n";

/**
 * Stands between HTTP/2 and grpc-js. Of the rpcs that are served, grpc-js sees only complete requests that are gRPC
 * messages. So unfinished requests are bounded in time and bytes, and every refusal with a status has a reason
 * (docs/decisions/0018-requests-are-read-before-grpc-js.md).
 */
export class InboundGate {
  readonly #kinds: ReadonlyMap<string, RequestKind>;
  readonly #failed: (failure: CallFailure) => void;
  readonly #limits: InboundLimits;
  readonly #addresses: InboundAddresses | undefined;
  readonly #stopwatch: Stopwatch;
  readonly #connections = new WeakMap<ServerHttp2Session, InboundConnection>();

  constructor({ kinds, failed, limits, addresses, stopwatch = systemStopwatch }: GateOptions) {
    this.#addresses = addresses;
    this.#stopwatch = stopwatch;
    this.#kinds = kinds;
    this.#failed = failed;
    this.#limits = { ...INBOUND_LIMITS, ...limits };
  }

  /** From now on receives all calls of a server that grpc-js has created. */
  listenAt(server: Server): void {
    const http2 = server as unknown as Http2Server;
    const listeners = http2.listeners("stream") as Serve[];
    http2.removeAllListeners("stream");
    http2.on("session", (session) => this.#connect(session));
    http2.updateSettings({ maxHeaderListSize: this.#limits.headerBytes });
    http2.on("stream", (stream, headers, flags) => {
      const serve = (used: IncomingHttpHeaders) => {
        for (const listener of listeners) listener.call(http2, stream, used, flags);
      };
      this.#receive(stream, headers, serve);
    });
  }

  #receive(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, serve: (used: IncomingHttpHeaders) => void): void {
    // Ignores the error of a stream that breaks: each call handles the "close" that follows.
    stream.on("error", () => {});
    const { session } = stream;
    if (session === undefined) return;
    const connection = this.#connections.get(session as ServerHttp2Session);
    if (connection === undefined || !connection.begin(stream)) return;
    closeWhenEnded(stream, this.#limits.lingerMs);
    if (this.#addresses?.isOver(session.socket)) {
      this.#refuse(stream, tooManyConnections());
      connection.dismiss();
      return;
    }
    const size = sizeOfHeaders(headers);
    if (size > this.#limits.headerBytes) {
      const message = `The headers are too large: they have ${size} bytes, take at most ${this.#limits.headerBytes}.`;
      this.#refuse(stream, new InvalidRequest(message, { code: Status.RESOURCE_EXHAUSTED }));
      connection.violated();
      return;
    }
    if (!isGrpc(headers)) {
      stream.respond({ ":status": 415, "content-type": "text/plain; charset=utf-8" });
      stream.end(NOT_GRPC);
      return;
    }
    const kind = this.#kinds.get(headers[":path"] ?? "");
    const used = usedHeaders(headers);
    const parts = { stream, connection, limits: this.#limits, encoding: encodingOf(headers) };
    if (kind === undefined) serve(used);
    else if (kind === "stream" || kind === "open-stream") {
      new StreamingRequest({ ...parts, needsToken: kind === "stream" }).serve(() => serve(used));
    } else {
      new UnaryRequest({
        ...parts,
        isWatch: kind === "watch",
        serve: () => serve(used),
        refuse: (error) => this.#refuse(stream, error),
      });
    }
  }

  #refuse(stream: ServerHttp2Stream, error: Error): void {
    const failure = failureOf(error, () => {});
    this.#failed(failure);
    refuse(stream, failure);
  }

  #connect(session: ServerHttp2Session): void {
    const abused = this.#addresses?.abuseOf(session.socket) ?? (() => {});
    const parts = { session, limits: this.#limits, abused, stopwatch: this.#stopwatch };
    this.#connections.set(session, new InboundConnection(parts));
    // Node and Bun close a connection with this code if it floods them, or breaks the rules of HTTP/2.
    session.on("error", (error: NodeJS.ErrnoException) => error.code === "ERR_HTTP2_ERROR" && abused());
  }
}
