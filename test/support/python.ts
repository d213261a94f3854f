import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect } from "chai";
import type { Context } from "mocha";
import { within } from "./deadline.ts";
import { needs, run } from "./externalTools.ts";

/** Debian's Python: the gRPC packages are installed for it. */
const PYTHON = "/usr/bin/python3";
const PLUGIN = "/usr/bin/grpc_python_plugin";
const PROGRAMS = path.resolve(import.meta.dirname, "../interop");
const PROTO = path.resolve(import.meta.dirname, "../../proto");

/** Generates Python stubs of the contract into a folder, with plain protoc. Skips the test if a tool is missing. */
export async function makePythonStubs(test: Context, folder: string): Promise<void> {
  needs(test, "protoc", ["--version"], "protobuf-compiler libprotobuf-dev");
  needs(test, "test", ["-x", PLUGIN], "protobuf-compiler-grpc");
  needs(test, PYTHON, ["-c", "import grpc, google.protobuf"], "python3-grpcio python3-protobuf");
  const outputs = [
    `--python_out=${folder}`,
    `--grpc_python_out=${folder}`,
    `--plugin=protoc-gen-grpc_python=${PLUGIN}`,
  ];
  const { stderr } = await run("protoc", ["-I", PROTO, "obrolan/v1/chat.proto", ...outputs]);
  expect(stderr).to.equal("");
}

/** A Python program that prints lines of JSON until it is killed. */
export class PythonProgram {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #watchers = new Set<() => void>();
  #out = "";
  #err = "";

  /** `file`: the program, relative to `test/interop`. `stubs`: the folder of the generated stubs. */
  constructor(file: string, args: readonly string[], stubs: string) {
    const env = { ...process.env, PYTHONPATH: stubs, PYTHONDONTWRITEBYTECODE: "1" };
    this.#child = spawn(PYTHON, [path.join(PROGRAMS, file), ...args], { env });
    this.#closed = once(this.#child, "close");
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#out += text;
      for (const watch of this.#watchers) watch();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#err += text;
    });
  }

  /** The lines that it has printed, decoded. */
  get lines(): Record<string, unknown>[] {
    const whole = this.#out.slice(0, this.#out.lastIndexOf("\n") + 1);
    return whole
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  /** Waits until the program has printed a line that `found` accepts. */
  async prints(what: string, found: (line: Record<string, unknown>) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watch = () => this.lines.some(found) && resolve();
    this.#watchers.add(watch);
    watch();
    this.#closed.then(() => reject(new Error(`the program ended before it printed ${what}: ${this.#err}`)));
    await within(promise, () => `${what}; this was printed: ${this.#out}${this.#err}`);
    this.#watchers.delete(watch);
  }

  /** Kills the program. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}
