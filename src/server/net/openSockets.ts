import type { Server, Socket } from "node:net";

/** The connections that a server has. */
export class OpenSockets {
  readonly #open = new Set<Socket>();

  /** From now on those of this one. */
  track(server: Server): void {
    server.on("connection", (socket) => {
      this.#open.add(socket);
      socket.once("close", () => this.#open.delete(socket));
    });
  }

  /** Cuts all that there are, whatever was still to be sent. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
