import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Context } from "mocha";
import { within } from "../support/deadline.ts";
import { needs } from "../support/externalTools.ts";

const CONFIG = path.resolve(import.meta.dirname, "../../deploy/nats.conf");

/** The credentials of a node. */
export const NODE = { user: "obrolan", pass: "a-good-password" };

/** Skips a test if NATS is not installed. If `CI` is set, the test fails instead. */
export function needsNats(test: Context): void {
  needs(test, "nats-server", ["--version"], "nats-server");
}

/** A NATS server on ports that the system chooses. */
export class NatsServer {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #said = "";

  /** Starts a server with the repository's configuration, in a cluster with the servers whose routes are given. */
  constructor(beside: readonly string[] = []) {
    const where = ["--config", CONFIG, "--addr", "127.0.0.1", "--port", "-1", "--cluster", "nats://127.0.0.1:-1"];
    const routes = beside.length === 0 ? [] : ["--routes", beside.join()];
    const env = { ...process.env, NATS_PASSWORD: NODE.pass };
    this.#child = spawn("nats-server", [...where, ...routes], { env, stdio: ["ignore", "ignore", "pipe"] });
    this.#closed = once(this.#child, "close");
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
    });
  }

  /** `HOST:PORT` for clients. */
  async address(): Promise<string> {
    const [, address = ""] = await this.#says(/Listening for client connections on (\S+)/);
    return address;
  }

  /** The URL for other servers. */
  async route(): Promise<string> {
    const [, address = ""] = await this.#says(/Listening for route connections on (\S+)/);
    return `nats://${address}`;
  }

  async #says(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise: found, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const match = pattern.exec(this.#said);
      if (match !== null) resolve(match);
    };
    const { stderr } = this.#child;
    stderr?.on("data", look);
    this.#closed.then(() => reject(new Error(`NATS has ended: ${this.#said}`)));
    look();
    try {
      return await within(found, () => `NATS to log ${pattern}; it said: ${this.#said}`);
    } finally {
      stderr?.off("data", look);
    }
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await within(this.#closed, "the end of NATS");
  }
}
