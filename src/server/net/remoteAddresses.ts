import type { Server, Socket } from "node:net";
import { type Decision, FirstBytes } from "./firstBytes.ts";
import { parseConnectionStart } from "./proxyHeader.ts";

/** The addresses of the clients behind a proxy, as the headers of the PROXY protocol state them. */
export class RemoteAddresses {
  /** The client's address, by the address of the proxy's end of the connection; both are `ADDRESS:PORT`. */
  readonly #byPeer = new Map<string, string>();
  readonly #firstBytes = new FirstBytes((bytes, socket) => this.#decide(bytes, socket));

  /**
   * The address of the client, `ADDRESS:PORT`; the port is 0 if the address is from a header. Without an address in a
   * header, the client is the peer.
   */
  of(peer: string): string {
    return this.#byPeer.get(peer) ?? peer;
  }

  /** Accepts a header at the beginning of each connection of a server. The server does not see the header. */
  attach(server: Server): void {
    this.#firstBytes.attach(server);
  }

  /** Closes all connections whose first bytes have not arrived yet. */
  close(): void {
    this.#firstBytes.close();
  }

  #decide(bytes: Buffer, socket: Socket): Decision {
    const start = parseConnectionStart(bytes);
    switch (start.kind) {
      case "unfinished":
        return "wait";
      case "malformed":
        return { take: () => socket.destroy() };
      case "none":
        return { skip: 0 };
      case "header":
        if (start.address !== undefined) this.#store(socket, start.address);
        return { skip: start.length };
    }
  }

  #store(socket: Socket, address: string): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#byPeer.set(peer, `${address}:0`);
    socket.once("close", () => this.#byPeer.delete(peer));
  }
}
