import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "./engine.ts";

/** The monitoring port of a NATS server: https://docs.nats.io/running-a-nats-service/nats_admin/monitoring */
export class NatsMonitor {
  /**
   * Options of `scripts/engines` that open the monitoring port. NATS chooses a free port, so no other process can take
   * it first.
   */
  static readonly options: readonly string[] = ["--nats-options", "--http_port -1"];
  readonly #port: string;

  private constructor(port: string) {
    this.#port = port;
  }

  /** Finds the monitoring port in the log of a NATS server that was started with `options` and accepts connections. */
  static async of(nats: Engine): Promise<NatsMonitor> {
    const log = await readFile(join(nats.folder, "nats.log"), "utf8");
    const port = /Starting http monitor on 127\.0\.0\.1:(\d+)/.exec(log)?.[1];
    if (port === undefined) throw new Error(`The log of NATS does not name its monitoring port:\n${log}`);
    return new NatsMonitor(port);
  }

  /** The number of messages that clients have published, and their bytes. */
  async read(): Promise<{ busMessages: number; busBytes: number }> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/varz`);
    const { in_msgs: busMessages, in_bytes: busBytes } = (await response.json()) as {
      in_msgs: number;
      in_bytes: number;
    };
    return { busMessages, busBytes };
  }
}
