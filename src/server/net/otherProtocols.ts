import type { Server, Socket } from "node:net";
import { type Decision, FirstBytes } from "./firstBytes.ts";
import type { RareLog } from "./rareLog.ts";

/** How long a client of another protocol may take to read its answer. */
const ANSWER_TIMEOUT_MS = 2_000;

/** As many bytes as the longest HTTP/1 method with its space: enough to recognise a protocol. */
const ENOUGH_BYTES = "OPTIONS ".length;
const HTTP1 = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT) /;
const HTTP2 = "PRI * HTTP/2.0";
const TLS_HANDSHAKE = 0x16;

/** A protocol that the port does not serve. */
type Other = "HTTP/1" | "HTTP/2 without TLS" | "TLS";

const LOG_MESSAGES: Readonly<Record<Other, string>> = {
  "HTTP/1": "a client spoke HTTP/1, as browsers and curl do: this port speaks gRPC only",
  "HTTP/2 without TLS": "a client spoke without TLS: this port speaks gRPC over TLS",
  TLS: "a client spoke TLS: this port speaks gRPC without it",
};

const HTTP1_ANSWER = http1Response(
  "This port speaks gRPC only, over HTTP/2. Use a client of obrolan.v1.ChatService, " +
    "such as npx obrolan, buf curl or grpcurl.\n",
);

/**
 * Logs connections of other protocols and closes them, HTTP/1 with an answer in words. Otherwise they would get bytes
 * of HTTP/2, or an alert of TLS, which no person can read.
 */
export class OtherProtocols {
  readonly #tls: boolean;
  readonly #log: RareLog;
  readonly #firstBytes = new FirstBytes((bytes, socket) => this.#decide(bytes, socket));

  /** `tls`: whether the port serves TLS. */
  constructor({ tls, log }: { tls: boolean; log: RareLog }) {
    this.#tls = tls;
    this.#log = log;
  }

  /** Checks the protocol of each connection that a server accepts from now on. */
  attach(server: Server): void {
    this.#firstBytes.attach(server);
    // A TLS client that offers no ALPN speaks HTTP/1 inside TLS.
    server.on("unknownProtocol", (socket: Socket) => this.#answer(socket, "HTTP/1"));
  }

  /** Closes all connections whose first bytes have not arrived yet. */
  close(): void {
    this.#firstBytes.close();
  }

  #decide(bytes: Buffer, socket: Socket): Decision {
    const protocol = this.#recognise(bytes);
    if (protocol === "unfinished") return "wait";
    if (protocol === undefined) return { skip: 0 };
    return { take: () => this.#answer(socket, protocol) };
  }

  /** The protocol, if the port does not serve it. Undefined: the port's own protocol, or an unknown one. */
  #recognise(bytes: Buffer): Other | "unfinished" | undefined {
    if (bytes[0] === TLS_HANDSHAKE) return this.#tls ? undefined : "TLS";
    const text = bytes.toString("latin1", 0, HTTP2.length);
    if (HTTP1.test(text)) return "HTTP/1";
    if (HTTP2.startsWith(text.slice(0, ENOUGH_BYTES)) && text.length >= ENOUGH_BYTES)
      return this.#tls ? "HTTP/2 without TLS" : undefined;
    return text.length < ENOUGH_BYTES && /^[A-Z]+ ?/.test(text) ? "unfinished" : undefined;
  }

  #answer(socket: Socket, protocol: Other): void {
    this.#log.add({ address: socket.remoteAddress }, LOG_MESSAGES[protocol]);
    socket.on("error", () => {});
    if (protocol !== "HTTP/1") {
      socket.destroy();
      return;
    }
    const timeout = setTimeout(() => socket.destroy(), ANSWER_TIMEOUT_MS);
    socket.once("close", () => clearTimeout(timeout));
    // If unread bytes are left when the socket closes, the system resets the connection, and the answer is lost.
    socket.resume();
    socket.end(HTTP1_ANSWER);
  }
}

function http1Response(text: string): string {
  const lines = [
    "HTTP/1.1 400 Bad Request",
    "content-type: text/plain; charset=utf-8",
    `content-length: ${Buffer.byteLength(text)}`,
    "connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n${text}`;
}
