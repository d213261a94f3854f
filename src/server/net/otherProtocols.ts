import type { Server, Socket } from "node:net";
import type { Stopwatch } from "../common/stopwatch.ts";

/** How long a connection may take to send its first bytes, in milliseconds. A client of HTTP/2 or TLS speaks first, and at once. */
const PATIENCE_MS = 10_000;
/** How long the answer to a client of another protocol may take to leave, in milliseconds. */
const ANSWER_MS = 2_000;
/** At most one line in the log in this time, in milliseconds: whoever scans ports would fill it. */
const LOG_EVERY_MS = 60_000;

/** Enough bytes to tell: no HTTP/1 method is longer with its space. */
const ENOUGH = "OPTIONS ".length;
const HTTP1 = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT) /;
const HTTP2 = "PRI * HTTP/2.0";
const TLS_HANDSHAKE = 0x16;

/** What a connection begins with, if not with what the port speaks. */
type Other = "HTTP/1" | "HTTP/2 without TLS" | "TLS";

const SAID: Readonly<Record<Other, string>> = {
  "HTTP/1": "a client spoke HTTP/1, as browsers and curl do: this port speaks gRPC only",
  "HTTP/2 without TLS": "a client spoke without TLS: this port speaks gRPC over TLS",
  TLS: "a client spoke TLS: this port speaks gRPC without it",
};

/** What is written to a client of HTTP/1. */
const ANSWER = answerOf(
  "This port speaks gRPC only, over HTTP/2. Use a client of obrolan.v1.ChatService, such as npx obrolan, buf curl or grpcurl.\n",
);

/** Answers connections that begin with another protocol than the port's in words, where HTTP/2 would send bytes that nobody can read. */
export class OtherProtocols {
  readonly #tls: boolean;
  readonly #log: (facts: object, message: string) => void;
  readonly #stopwatch: Stopwatch;
  readonly #waiting = new Set<Socket>();
  #loggedAt = Number.NEGATIVE_INFINITY;
  #unlogged = 0;

  /** `tls`: whether the port speaks TLS. */
  constructor(parts: { tls: boolean; log: (facts: object, message: string) => void; stopwatch: Stopwatch }) {
    this.#tls = parts.tls;
    this.#log = parts.log;
    this.#stopwatch = parts.stopwatch;
  }

  /** From now on the connections of a server are looked at before it sees them. */
  listenAt(server: Server): void {
    const serve = server.listeners("connection") as ((socket: Socket) => void)[];
    server.removeAllListeners("connection");
    server.on("connection", (socket) => {
      this.#begin(socket, () => {
        for (const each of serve) each.call(server, socket);
      });
    });
    // TLS without ALPN: decrypted, it is HTTP/1.
    server.on("unknownProtocol", (socket: Socket) => this.#answer(socket, "HTTP/1"));
  }

  /** Ends the connections that have not begun. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  #begin(socket: Socket, serve: () => void): void {
    const patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
    const destroy = () => socket.destroy();
    let bytes = Buffer.alloc(0);
    const read = () => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      bytes = Buffer.concat([bytes, chunk]);
      const other = this.#otherIn(bytes);
      if (other === "unfinished") return;
      over();
      socket.unshift(bytes);
      if (other === undefined) serve();
      else this.#answer(socket, other);
    };
    const over = () => {
      clearTimeout(patience);
      this.#waiting.delete(socket);
      socket.off("readable", read).off("end", destroy).off("error", destroy).off("close", over);
    };
    this.#waiting.add(socket);
    socket.on("readable", read).on("end", destroy).on("error", destroy).on("close", over);
  }

  /** `undefined`: what the port speaks, or nothing that is known here. */
  #otherIn(bytes: Buffer): Other | "unfinished" | undefined {
    if (bytes[0] === TLS_HANDSHAKE) return this.#tls ? undefined : "TLS";
    const text = bytes.toString("latin1", 0, HTTP2.length);
    if (HTTP1.test(text)) return "HTTP/1";
    if (HTTP2.startsWith(text.slice(0, ENOUGH)) && text.length >= ENOUGH)
      return this.#tls ? "HTTP/2 without TLS" : undefined;
    return text.length < ENOUGH && /^[A-Z]+ ?/.test(text) ? "unfinished" : undefined;
  }

  #answer(socket: Socket, other: Other): void {
    this.#note(socket.remoteAddress, other);
    socket.on("error", () => {});
    if (other !== "HTTP/1") {
      socket.destroy();
      return;
    }
    const late = setTimeout(() => socket.destroy(), ANSWER_MS);
    socket.once("close", () => clearTimeout(late));
    // What is not read when the socket closes makes the system reset the connection, and the answer with it.
    socket.resume();
    socket.end(ANSWER);
  }

  #note(address: string | undefined, other: Other): void {
    const now = this.#stopwatch();
    if (now - this.#loggedAt < LOG_EVERY_MS) {
      this.#unlogged += 1;
      return;
    }
    this.#log({ address, sinceLastLine: this.#unlogged }, SAID[other]);
    this.#loggedAt = now;
    this.#unlogged = 0;
  }
}

function answerOf(text: string): string {
  const lines = [
    "HTTP/1.1 400 Bad Request",
    "content-type: text/plain; charset=utf-8",
    `content-length: ${Buffer.byteLength(text)}`,
    "connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n${text}`;
}
