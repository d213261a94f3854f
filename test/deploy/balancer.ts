import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Context } from "mocha";
import { within } from "../support/deadline.ts";
import { needs } from "../support/externalTools.ts";

const CONFIG = path.resolve(import.meta.dirname, "../../deploy/haproxy.cfg");

/** `HAPROXY=/path/to/haproxy` replaces the HAProxy of the system. */
const PROGRAM = process.env.HAPROXY ?? "haproxy";

/** Skips a test if HAProxy is not installed. If `CI` is set, the test fails instead. */
export function needsHaproxy(test: Context): void {
  needs(test, PROGRAM, ["-v"], "haproxy");
}

/** HAProxy with the repository's own configuration, in front of nodes. */
export class Balancer {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #closed: Promise<unknown>;
  #said = "";

  private constructor(child: ChildProcess, port: number, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
    this.#closed = once(child, "close");
    for (const output of [child.stdout, child.stderr]) {
      output?.setEncoding("utf8").on("data", (text: string) => {
        this.#said += text;
      });
    }
  }

  /** Starts HAProxy in front of three nodes, each `HOST:PORT`. `env`: more variables for the configuration. */
  static async start(nodes: readonly string[], env: Record<string, string> = {}): Promise<Balancer> {
    const folder = await mkdtemp(path.join(tmpdir(), "obrolan-test-"));
    // HAProxy inherits a listening socket: the port is its own, and takes connections before HAProxy has started.
    const listener = net.createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as net.AddressInfo;
    const { fd } = (listener as unknown as { _handle: { fd: number } })._handle;
    const [node1 = "", node2 = "", node3 = ""] = nodes;
    const addresses = { NODE_1: node1, NODE_2: node2, NODE_3: node3 };
    const child = spawn(PROGRAM, ["-db", "-f", CONFIG], {
      stdio: ["ignore", "pipe", "pipe", fd],
      env: { ...process.env, PROXY_LISTEN: "fd@3", PROXY_ADMIN: `${folder}/admin`, ...addresses, ...env },
    });
    listener.close();
    return new Balancer(child, port, folder);
  }

  /** Waits until HAProxy has logged `pattern` after the match of the previous call. */
  async says(pattern: RegExp): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      const match = pattern.exec(this.#said);
      if (match === null) return;
      this.#said = this.#said.slice(match.index + match[0].length);
      resolve();
    };
    const { stdout } = this.#child;
    stdout?.on("data", look);
    this.#closed.then(() => reject(new Error(`HAProxy has ended: ${this.#said}`)));
    look();
    try {
      await within(promise, () => `HAProxy to log ${pattern}; it said: ${this.#said}`);
    } finally {
      stdout?.off("data", look);
    }
  }

  /** Sends a command to the admin socket of HAProxy, as an operator does; resolves with the answer. */
  async order(command: string): Promise<string> {
    const socket = net.connect(path.join(this.#folder, "admin")).setEncoding("utf8");
    let answer = "";
    socket.on("data", (text: string) => {
      answer += text;
    });
    socket.write(`${command}\n`);
    await within(once(socket, "close"), `HAProxy's answer to "${command}"`);
    return answer.trim();
  }

  /** Sends a signal to HAProxy. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await within(this.#closed, "the end of HAProxy");
    await rm(this.#folder, { recursive: true, force: true });
  }
}
