import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Context } from "mocha";
import { within } from "../support/deadline.ts";
import { needs, run } from "../support/externalTools.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** Debian's own Python, because only this one has the gRPC packages of Debian. */
const python = "/usr/bin/python3";
const plugin = "/usr/bin/grpc_python_plugin";

/** How long a test waits for an event. On a busy machine the client reconnects several times, each after up to 5 s. */
const TIMEOUT_MS = 60_000;

/** An event as the client prints it: its kind and its fields. */
type Printed = Record<string, Record<string, unknown>>;

const running = new Set<PythonClient>();

/** `examples/python/chat.py --json` as a process, whose standard input stays open until `end`. */
export class PythonClient {
  readonly printed: Printed[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #stderr = "";
  #position = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    running.add(this);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    if (child.stdout) {
      createInterface(child.stdout).on("line", (line) => {
        this.printed.push(JSON.parse(line));
        for (const watch of this.#watchers) watch();
      });
    }
    this.exited = once(child, "close").then(([code]) => {
      running.delete(this);
      for (const watch of this.#watchers) watch();
      return code;
    });
  }

  /** Generates the stubs into a folder. Skips the test if a tool is missing. */
  static async generate(test: Context, folder: string): Promise<void> {
    needs(test, "protoc", ["--version"], "protobuf-compiler libprotobuf-dev");
    needs(test, "test", ["-x", plugin], "protobuf-compiler-grpc");
    needs(test, python, ["-c", "import grpc, google.protobuf"], "python3-grpcio python3-protobuf");
    const outputs = [
      `--python_out=${folder}`,
      `--grpc_python_out=${folder}`,
      `--plugin=protoc-gen-grpc_python=${plugin}`,
    ];
    const contract = ["-I", path.join(root, "proto"), "obrolan/v1/chat.proto"];
    const { code, stderr } = await run("protoc", [...contract, ...outputs]);
    if (code !== 0) throw new Error(stderr);
  }

  /** Starts the client. `stubs`: the folder of the generated code; `state`: the folder of the client's own file. */
  static start(
    { stubs, state, port }: { stubs: string; state: string; port: number },
    ...args: string[]
  ): PythonClient {
    const program = path.join(root, "examples/python/chat.py");
    const options = ["--json", "--server", `127.0.0.1:${port}`, "--state", path.join(state, "state.json")];
    const env = { ...process.env, PYTHONPATH: stubs, PYTHONDONTWRITEBYTECODE: "1", GRPC_VERBOSITY: "none" };
    return new PythonClient(spawn(python, [program, ...options, ...args], { env }));
  }

  type(...lines: string[]): void {
    this.#child.stdin?.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** All printed events of a kind. */
  all(kind: string): Record<string, unknown>[] {
    return this.printed.flatMap(({ [kind]: value }) => (value === undefined ? [] : [value]));
  }

  get texts(): unknown[] {
    return this.all("message").map(({ text }) => text);
  }

  /** Waits for the next event of a kind after the event that the previous call returned. */
  async next(kind: string): Promise<Record<string, unknown>> {
    return this.until(kind, () => {
      const found = this.printed.findIndex((event, index) => index >= this.#position && kind in event);
      if (found < 0) return undefined;
      this.#position = found + 1;
      return this.printed[found]?.[kind];
    });
  }

  async until<T>(what: string, look: () => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const watch = () => {
      const found = look();
      if (found !== undefined) resolve(found);
      else if (!running.has(this)) reject(new Error(`the client ended before ${what}: ${this.#output()}`));
    };
    this.#watchers.add(watch);
    try {
      watch();
      return await within(promise, () => `${what}: ${this.#output()}`, TIMEOUT_MS);
    } finally {
      this.#watchers.delete(watch);
    }
  }

  /** Closes the input of the client, and waits for its end. Resolves with its exit code. */
  async end(): Promise<number | null> {
    this.#child.stdin?.end();
    return within(this.exited, () => `the end of the client: ${this.#output()}`, TIMEOUT_MS);
  }

  /** Kills all clients that still run. */
  static async killAll(): Promise<void> {
    for (const client of running) {
      client.#child.kill("SIGKILL");
      await client.exited;
    }
  }

  #output(): string {
    return `${JSON.stringify(this.printed.slice(-8))} ${this.#stderr}`;
  }
}
