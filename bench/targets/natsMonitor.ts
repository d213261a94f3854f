import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "./engine.ts";

/** The monitoring port of a NATS server: https://docs.nats.io/running-a-nats-service/nats_admin/monitoring */
export class NatsMonitor {
  /** What tells `scripts/engines` to have NATS listen on one, which NATS chooses: any other may be taken until it has started. */
  static readonly options: readonly string[] = ["--nats-options", "--http_port -1"];
  readonly #port: string;

  private constructor(port: string) {
    this.#port = port;
  }

  /** That of a NATS that was started with `options` and takes connections: its log has the port. */
  static async of(nats: Engine): Promise<NatsMonitor> {
    const log = await readFile(join(nats.folder, "nats.log"), "utf8");
    const port = /Starting http monitor on 127\.0\.0\.1:(\d+)/.exec(log)?.[1];
    if (port === undefined) throw new Error(`NATS does not say on which port it can be monitored:\n${log}`);
    return new NatsMonitor(port);
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
