import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { within } from "./deadline.ts";
import { NODE, RUNTIME_ENV } from "./runtime.ts";

const PROGRAM = path.resolve(import.meta.dirname, "../../bin/obrolan.js");

/** How a process ended, and its output. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to start a server's process. */
export interface ProcessOptions {
  /** The command before the program, such as `strace` with its options. */
  readonly prefix?: readonly string[];
  readonly env?: Record<string, string>;
  /** The program to run; default: that of this checkout. */
  readonly program?: string;
  /** The working folder; default: that of the tests. */
  readonly cwd?: string;
  /** The limit until it listens, in milliseconds; default `DEADLINE`. */
  readonly timeoutMs?: number;
}

/** `npx obrolan serve` as a process of its own. */
export class ServerProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  #stdout = "";
  #stderr = "";

  private constructor(child: ChildProcess) {
    this.child = child;
    running.add(this);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.exited = once(child, "close").then(([code, signal]) => {
      running.delete(this);
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  /** Starts the program with these arguments. It may end at once. */
  static spawn(args: readonly string[], options: ProcessOptions = {}): ServerProcess {
    const { prefix = [], env = {}, program = PROGRAM, cwd } = options;
    const [command = NODE, ...rest] = [...prefix, NODE, program, "serve", ...args];
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("OBROLAN_"));
    const all = { ...Object.fromEntries(inherited), ...RUNTIME_ENV, ...env };
    return new ServerProcess(spawn(command, rest, { cwd, env: all }));
  }

  /** Starts a server on the folder, and waits until it reports its port. */
  static async serve(folder: string, args: readonly string[] = [], options?: ProcessOptions) {
    const server = ServerProcess.spawn(["--listen", "127.0.0.1:0", "--data", folder, ...args], options);
    return { server, port: await server.port(options?.timeoutMs) };
  }

  /** The output of the server so far: standard error, then standard output. */
  get said(): string {
    return this.#stderr + this.#stdout;
  }

  /** Waits until the output matches, and returns the match. */
  async says(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray> {
    const { promise: found, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const match = pattern.exec(this.said);
      if (match !== null) resolve(match);
    };
    const { stdout, stderr } = this.child;
    for (const output of [stdout, stderr]) output?.on("data", look);
    this.exited.then((exit) => reject(new Error(`the server ended (${exit.code}): ${exit.stderr}`)));
    look();
    try {
      return await within(found, () => `the server to write ${pattern}; it said: ${this.said}`, timeoutMs);
    } finally {
      for (const output of [stdout, stderr]) output?.off("data", look);
    }
  }

  /** Waits until the server reports its port. */
  async port(timeoutMs?: number): Promise<number> {
    const [, port] = await this.says(/"address":"(?:127\.0\.0\.1|0\.0\.0\.0):(\d*[1-9]\d*)"/, timeoutMs);
    return Number(port);
  }

  /** Sends a signal and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    this.child.kill(signal);
    return this.exit();
  }

  /** Waits for the end. */
  async exit(): Promise<Exit> {
    return within(this.exited, () => `the server's end; it said: ${this.said}`);
  }
}

const running = new Set<ServerProcess>();

/** Kills all processes that a test left running. For `afterEach`. */
export async function endProcesses(): Promise<void> {
  await Promise.all([...running].map((server) => server.kill("SIGKILL")));
}
