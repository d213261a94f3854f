import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { pinned } from "../machine/cores.ts";
import { cpuSecondsOfProcess } from "../machine/cpuTime.ts";
import type { Peer } from "../peers/index.ts";
import type { Wire } from "../wires/wire.ts";
import type { Target } from "./target.ts";

const STOP_TIMEOUT_MS = 12_000;
const LOG_LINE_TIMEOUT_MS = 10_000;

export interface ServerOptions {
  /** The name to use in error messages. */
  readonly name: string;
  readonly peer: Peer;
  /** The folder in which the server's data folder is created. */
  readonly data: string;
  readonly core: number | undefined;
  /** The folder to which Node writes a CPU profile when the server ends. */
  readonly profile: string | undefined;
  /** Called with the data folder before the server starts. */
  readonly prepare?: ((folder: string) => Promise<void>) | undefined;
}

/** The server under test. Every run starts a new process with an empty data folder. */
export class Server implements Target {
  readonly wire: Wire;
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #folder: string;
  readonly #log: string[] = [];
  #address = "";
  #metrics: string | undefined;
  #stopping = false;

  private constructor(process: ChildProcess, wire: Wire, folder: string) {
    this.#process = process;
    this.wire = wire;
    this.#folder = folder;
    if (!process.stderr) throw new Error("The server under test has no standard error to read.");
    this.#lines = createInterface({ input: process.stderr });
    this.#lines.on("line", (line) => this.#log.push(line) > 20 && this.#log.shift());
  }

  /** Starts a server and waits until it listens. `onDied` is called if the process ends before `stop` or `kill`. */
  static async start(options: ServerOptions, onDied: (error: Error) => void): Promise<Server> {
    const { peer, name } = options;
    const folder = mkdtempSync(join(options.data, "obrolan-bench-"));
    await options.prepare?.(folder);
    const profile = options.profile ? ["--cpu-prof", `--cpu-prof-dir=${options.profile}`] : [];
    const command = peer.program === undefined ? [process.execPath, ...profile] : [peer.program];
    const [program, args] = pinned(options.core, [...command, ...peer.args(folder)]);
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    const server = new Server(child, peer.wire, folder);
    child.on("exit", (code, signal) => {
      if (server.#stopping) return;
      onDied(new Error(`${name} ended (${signal ?? code}). ${server.#lastLines()}`));
    });
    try {
      await server.#waitForAddress(peer.addressIn ?? announcedAddress);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get addresses(): readonly string[] {
    return [this.#address];
  }

  /** The values of its metrics without labels, by name. The server must run with `--metrics-listen`. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const response = await fetch(`http://${this.#metrics}/metrics`);
    const lines = (await response.text()).split("\n").map((line) => /^(\w+) (\S+)$/.exec(line));
    return new Map(lines.flatMap((line) => (line ? [[line[1] ?? "", Number(line[2])] as const] : [])));
  }

  /** The CPU time that all threads of the process have used, in seconds. */
  cpuSeconds(): number {
    return cpuSecondsOfProcess(this.#process.pid);
  }

  /** The peak resident memory so far. */
  peakMemoryMib(): number {
    return this.#kibibytes("VmHWM") / 1024;
  }

  /** The resident memory now. */
  memoryMib(): number {
    return this.#kibibytes("VmRSS") / 1024;
  }

  /** The server's internal counters, which it logs when it gets SIGUSR2. */
  async stats(): Promise<Record<string, number>> {
    const stats = this.#waitForLine((line) => parseLine(line)?.stats as Record<string, number> | undefined);
    this.#process.kill("SIGUSR2");
    return stats;
  }

  async kill(): Promise<void> {
    this.#stopping = true;
    this.#process.kill("SIGKILL");
    await this.stop();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #kibibytes(field: string): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
    return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)?.[1]);
  }

  async #waitForAddress(addressIn: (line: string) => string | undefined): Promise<void> {
    await this.#waitForLine((line) => {
      const address = addressIn(line);
      if (address === undefined) return undefined;
      this.#address = address;
      this.#metrics = parseLine(line)?.metrics as string | undefined;
      return address;
    });
  }

  // Calls `find` with every new log line, and resolves with its first result that is not undefined.
  async #waitForLine<Found>(find: (line: string) => Found | undefined): Promise<Found> {
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const onLine = (line: string) => {
      const found = find(line);
      if (found !== undefined) resolve(found);
    };
    const giveUp = () => reject(new Error(`The server did not log the expected line. ${this.#lastLines()}`));
    const timer = setTimeout(giveUp, LOG_LINE_TIMEOUT_MS);
    this.#lines.on("line", onLine).on("close", giveUp);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#lines.off("line", onLine).off("close", giveUp);
    }
  }

  #lastLines(): string {
    return `Its last lines:\n${this.#log.join("\n")}`;
  }
}

function announcedAddress(line: string): string | undefined {
  const entry = parseLine(line);
  return entry?.msg === "listening" ? String(entry.address) : undefined;
}

function parseLine(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
