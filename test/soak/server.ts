import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Scrape, scrape } from "../support/metrics.ts";
import { ServerProcess } from "../support/process.ts";

/** What is left in a process when its garbage is gone. */
export interface Left {
  /** In bytes. */
  readonly heapUsed: number;
  /** Those of the process's own events. */
  readonly listeners: number;
}

/** The server under test: its real process, which can be asked to collect its garbage. */
export class SoakServer {
  readonly port: number;
  readonly exited: Promise<unknown>;
  readonly #process: ServerProcess;
  readonly #metrics: string;
  readonly #folder: string;
  #collections = 0;

  private constructor(parts: { process: ServerProcess; port: number; metrics: string; folder: string }) {
    this.#process = parts.process;
    this.exited = parts.process.exited;
    this.port = parts.port;
    this.#metrics = parts.metrics;
    this.#folder = parts.folder;
  }

  /** Starts one on an empty folder, without a limit of rate. */
  static async start(): Promise<SoakServer> {
    const folder = await mkdtemp(path.join(tmpdir(), "obrolan-soak-"));
    const args = ["--metrics-listen", "127.0.0.1:0", "--messages-per-second", "0"];
    const env = { NODE_OPTIONS: `--import=${new URL("collect.ts", import.meta.url)}` };
    const { server, port } = await ServerProcess.serve(folder, args, { env });
    const [, metrics = ""] = await server.says(/"metrics":"([^"]+)"/);
    return new SoakServer({ process: server, port, metrics, folder });
  }

  /** Its metrics, now. */
  scrape(): Promise<Scrape> {
    return scrape(this.#metrics);
  }

  /** Collects its garbage, and says what is left. */
  async collect(): Promise<Left> {
    this.#collections += 1;
    this.#process.child.kill("SIGHUP");
    const [line] = await this.#process.says(new RegExp(`\\{"soak":${this.#collections},.*\\}`));
    return JSON.parse(line);
  }

  /** The lines that it wrote and should not have: warnings, errors, what is no line of its log. */
  complaints(): string[] {
    const lines = this.#process.said.split("\n").filter((line) => line !== "");
    return lines.filter((line) => !/^\{"soak":\d|^\{"level":30,/.test(line));
  }

  /** Stops it, and takes its folder away. */
  async stop(): Promise<void> {
    this.#process.child.kill("SIGTERM");
    await this.#process.exit();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
