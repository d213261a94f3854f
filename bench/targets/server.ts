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

const STOP_MS = 12_000;
const ANSWER_MS = 10_000;

export interface ServerOptions {
  /** For what a failure says. */
  readonly name: string;
  readonly peer: Peer;
  /** Where it may make a folder for its data. */
  readonly data: string;
  readonly core: number | undefined;
  /** Where to write a CPU profile of it when it ends. */
  readonly profile: string | undefined;
  /** Called with its folder before it starts. */
  readonly prepare?: ((folder: string) => Promise<void>) | undefined;
}

/** The server under test: a process of its own, started afresh for every run. */
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

  /** Starts it and waits until it listens. `onDied` is called when it ends without being asked to. */
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
      await server.#hear(peer.addressIn ?? announcedAddress);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get addresses(): readonly string[] {
    return [this.#address];
  }

  /** What it counts, by the names of its metrics, those with labels left out. Only where its arguments have it show them. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const response = await fetch(`http://${this.#metrics}/metrics`);
    const lines = (await response.text()).split("\n").map((line) => /^(\w+) (\S+)$/.exec(line));
    return new Map(lines.flatMap((line) => (line ? [[line[1] ?? "", Number(line[2])] as const] : [])));
  }

  /** The processor time that the whole process has used, all its threads together, in seconds. */
  cpuSeconds(): number {
    return cpuSecondsOfProcess(this.#process.pid);
  }

  /** The most memory that it has had resident so far, in MiB. */
  peakMemoryMib(): number {
    return this.#kibibytes("VmHWM") / 1024;
  }

  /** The memory that it has resident now, in MiB. */
  memoryMib(): number {
    return this.#kibibytes("VmRSS") / 1024;
  }

  /** Its own counters, which it logs when it gets SIGUSR2. */
  async stats(): Promise<Record<string, number>> {
    const said = this.#said((line) => readLine(line)?.stats as Record<string, number> | undefined);
    this.#process.kill("SIGUSR2");
    return said;
  }

  /** Ends it at once, where nobody wants to wait for what it still has to do. */
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
      const impatience = setTimeout(() => this.#process.kill("SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(impatience);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #kibibytes(field: string): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
    return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)?.[1]);
  }

  async #hear(addressIn: (line: string) => string | undefined): Promise<void> {
    await this.#said((line) => {
      const address = addressIn(line);
      if (address === undefined) return undefined;
      this.#address = address;
      this.#metrics = readLine(line)?.metrics as string | undefined;
      return address;
    });
  }

  // What the next line of its log says that has it.
  async #said<Said>(find: (line: string) => Said | undefined): Promise<Said> {
    const { promise, resolve, reject } = Promise.withResolvers<Said>();
    const look = (line: string) => {
      const said = find(line);
      if (said !== undefined) resolve(said);
    };
    const giveUp = () => reject(new Error(`The server did not say what was waited for. ${this.#lastLines()}`));
    const timer = setTimeout(giveUp, ANSWER_MS);
    this.#lines.on("line", look).on("close", giveUp);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#lines.off("line", look).off("close", giveUp);
    }
  }

  #lastLines(): string {
    return `Its last lines:\n${this.#log.join("\n")}`;
  }
}

function announcedAddress(line: string): string | undefined {
  const said = readLine(line);
  return said?.msg === "listening" ? String(said.address) : undefined;
}

function readLine(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
