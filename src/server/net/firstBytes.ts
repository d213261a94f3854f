import type { Server, Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** How long a connection may take to send enough bytes for a decision. A client of HTTP/2 or TLS sends them at once. */
const FIRST_BYTES_TIMEOUT_MS = 10_000;

/** What to do with a connection, given its first bytes. */
export type Decision =
  /** Wait for more bytes. */
  | "wait"
  /** Pass the connection to the server, without its first `skip` bytes. */
  | { readonly skip: number }
  /** Do not pass the connection to the server: call `take`. */
  | { readonly take: () => void };

/**
 * Reads the first bytes of each connection, and decides by these bytes whether the server sees the connection. On Bun a
 * connection with TLS has no such bytes, because Bun ends TLS below it. The server then sees it at once, and only the
 * timeout applies.
 */
export class FirstBytes {
  readonly #decide: (bytes: Buffer, socket: Socket) => Decision;
  /** The connections that are not decided yet, with what ends the wait for their bytes. */
  readonly #undecided = new Map<Socket, () => void>();

  /** Each time bytes arrive, `decide` is called with all bytes so far, until it returns something other than "wait". */
  constructor(decide: (bytes: Buffer, socket: Socket) => Decision) {
    this.#decide = decide;
  }

  /** Intercepts the connections that a server accepts from now on. */
  attach(server: Server): void {
    const listeners = server.listeners("connection") as ((socket: Socket) => void)[];
    server.removeAllListeners("connection");
    server.on("connection", (socket) => {
      const passOn = () => {
        for (const listener of listeners) listener.call(server, socket);
      };
      if (socket instanceof TLSSocket) {
        this.#waitForHandshake(socket);
        passOn();
      } else this.#read(socket, passOn);
    });
    server.on("secureConnection", (socket) => this.#undecided.get(socket)?.());
  }

  /** Closes all connections that are not decided yet. */
  close(): void {
    for (const socket of this.#undecided.keys()) socket.destroy();
  }

  #waitForHandshake(socket: Socket): void {
    const timeout = setTimeout(() => socket.destroy(), FIRST_BYTES_TIMEOUT_MS);
    const stop = () => {
      clearTimeout(timeout);
      this.#undecided.delete(socket);
      socket.off("close", stop);
    };
    this.#undecided.set(socket, stop);
    socket.on("close", stop);
  }

  #read(socket: Socket, passOn: () => void): void {
    let bytes = Buffer.alloc(0);
    const destroy = () => socket.destroy();
    const timeout = setTimeout(destroy, FIRST_BYTES_TIMEOUT_MS);
    const read = () => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      bytes = Buffer.concat([bytes, chunk]);
      const decision = this.#decide(bytes, socket);
      if (decision === "wait") return;
      stop();
      if ("take" in decision) return decision.take();
      const rest = bytes.subarray(decision.skip);
      if (rest.length > 0) socket.unshift(rest);
      passOn();
    };
    const stop = () => {
      clearTimeout(timeout);
      this.#undecided.delete(socket);
      socket.off("readable", read).off("end", destroy).off("error", destroy).off("close", stop);
    };
    this.#undecided.set(socket, stop);
    socket.on("readable", read).on("end", destroy).on("error", destroy).on("close", stop);
  }
}
