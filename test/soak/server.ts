import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { RestartableServer } from "../rig/serverProcess.ts";
import { type Scrape, scrape } from "../support/metrics.ts";
import type { Runtime } from "./options.ts";

const COLLECT = new URL("collect.ts", import.meta.url);

/** The setting with which each runtime loads `collect.ts` before the server. */
const PRELOAD: Record<Runtime, Record<string, string>> = {
  node: { NODE_OPTIONS: `--import=${COLLECT}` },
  bun: { BUN_OPTIONS: `--preload=${fileURLToPath(COLLECT)}` },
};

/** What the server's process holds after a garbage collection. */
export interface Held {
  /** In bytes. */
  readonly heapUsed: number;
  /** Listeners of the process's own events. */
  readonly listeners: number;
}

/** The server under test, which can be asked to collect its garbage. */
export class SoakServer {
  readonly #server: RestartableServer;
  readonly #metrics: string;
  readonly #folder: string;
  #collections = 0;

  private constructor(server: RestartableServer, metrics: string, folder: string) {
    this.#server = server;
    this.#metrics = metrics;
    this.#folder = folder;
  }

  /** Starts a server on an empty folder. */
  static async start(runtime: Runtime): Promise<SoakServer> {
    const folder = await mkdtemp(path.join(tmpdir(), "obrolan-soak-"));
    const env = { ...PRELOAD[runtime], OBROLAN_RUNTIME: runtime };
    const server = await RestartableServer.start(folder, { args: ["--metrics-listen", "127.0.0.1:0"], env });
    const [, metrics = ""] = await server.says(/"metrics":"([^"]+)"/);
    return new SoakServer(server, metrics, folder);
  }

  get port(): number {
    return this.#server.port;
  }

  /** Resolves when the process ends. */
  get exited(): Promise<unknown> {
    return this.#server.exited;
  }

  /** Reads the server's metrics. */
  scrape(): Promise<Scrape> {
    return scrape(this.#metrics);
  }

  /** Makes the server collect its garbage. Resolves with what is left. */
  async collect(): Promise<Held> {
    this.#collections += 1;
    this.#server.signal("SIGHUP");
    const [line] = await this.#server.says(new RegExp(`\\{"soak":${this.#collections},.*\\}`));
    return JSON.parse(line);
  }

  /** The lines that the server should not have written: warnings, errors, and lines that are not of its log. */
  complaints(): string[] {
    const lines = this.#server.said.split("\n").filter((line) => line !== "");
    return lines.filter((line) => !/^\{"soak":\d|^\{"level":30,/.test(line));
  }

  /** Stops the server, and removes its folder. */
  async stop(): Promise<void> {
    await this.#server.kill("SIGTERM");
    await this.#server.proxy.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
