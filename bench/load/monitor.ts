import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** The monitoring port of a NATS server: https://docs.nats.io/running-a-nats-service/nats_admin/monitoring */
export class Monitor {
  readonly #port: number;

  private constructor(port: number) {
    this.#port = port;
  }

  /** Takes a port that is free now. */
  static async choose(): Promise<Monitor> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    return new Monitor(port);
  }

  /** What tells `scripts/engines` to have NATS listen there. */
  get options(): readonly string[] {
    return ["--nats-options", `--http_port ${this.#port}`];
  }

  /** How many messages NATS was given, and their bytes. */
  async read(): Promise<{ busMessages: number; busBytes: number }> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/varz`);
    const { in_msgs: busMessages, in_bytes: busBytes } = (await response.json()) as {
      in_msgs: number;
      in_bytes: number;
    };
    return { busMessages, busBytes };
  }
}
