import type { Server, Socket } from "node:net";
import { parseConnectionStart } from "./proxyHeader.ts";

/** How long a connection may take until it is clear how it begins, in milliseconds. */
const PATIENCE = 10_000;

/** Whose connections they are that a proxy passes on, as the proxy says it. */
export class RemoteAddresses {
  /** By `ADDRESS:PORT` of who is connected: the proxy. */
  readonly #addresses = new Map<string, string>();
  readonly #silent = new Set<Socket>();

  /** Who calls, `ADDRESS:PORT`: the peer itself, unless it has passed somebody on. */
  of(peer: string): string {
    return this.#addresses.get(peer) ?? peer;
  }

  /** From now on the connections of a server may begin with a proxy's header, which the server itself does not see. */
  listenAt(server: Server): void {
    const serve = server.listeners("connection") as ((socket: Socket) => void)[];
    server.removeAllListeners("connection");
    server.on("connection", (socket) => {
      this.#begin(socket, () => {
        for (const each of serve) each.call(server, socket);
      });
    });
  }

  /** Ends the connections that have not begun. */
  close(): void {
    for (const socket of this.#silent) socket.destroy();
  }

  #begin(socket: Socket, serve: () => void): void {
    let bytes = Buffer.alloc(0);
    const patience = setTimeout(() => socket.destroy(), PATIENCE);
    const read = () => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      bytes = Buffer.concat([bytes, chunk]);
      const beginning = parseConnectionStart(bytes);
      if (beginning.kind === "unfinished") return;
      over();
      if (beginning.kind === "malformed") {
        socket.destroy();
        return;
      }
      if (beginning.kind === "header") this.#remember(socket, beginning.address);
      const rest = beginning.kind === "header" ? bytes.subarray(beginning.length) : bytes;
      if (rest.length > 0) socket.unshift(rest);
      serve();
    };
    const over = () => {
      clearTimeout(patience);
      this.#silent.delete(socket);
      socket.off("readable", read).off("end", end).off("error", over).off("close", over);
    };
    const end = () => socket.destroy();
    this.#silent.add(socket);
    socket.on("readable", read).on("end", end).on("error", over).on("close", over);
  }

  #remember(socket: Socket, address: string | undefined): void {
    if (address === undefined) return;
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#addresses.set(peer, `${address}:0`);
    socket.once("close", () => this.#addresses.delete(peer));
  }
}
