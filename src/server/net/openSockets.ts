import type { Server, Socket } from "node:net";

/** The open connections of servers. */
export class OpenSockets {
  readonly #open = new Set<Socket>();

  /** Tracks the connections that a server accepts from now on. */
  track(server: Server): void {
    server.on("connection", (socket) => {
      this.#open.add(socket);
      socket.once("close", () => this.#open.delete(socket));
    });
  }

  /** The number of open connections. */
  get size(): number {
    return this.#open.size;
  }

  /** Closes all open connections. Unsent bytes are lost. */
  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
