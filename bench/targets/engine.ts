import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pinned } from "../machine/cores.ts";
import { cpuSecondsOfProcessTree } from "../machine/cpuTime.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/engines", import.meta.url));
const execute = promisify(execFile);

/** The engines that `scripts/engines` can start. */
export type EngineName = "postgres" | "nats";

export interface EngineOptions {
  /** The folder in which the engine's own folder is created. */
  readonly data: string;
  readonly core: number | undefined;
  /** More options for `scripts/engines`. */
  readonly options?: readonly string[];
}

/** A real PostgreSQL or NATS. It is empty, and only one run uses it. */
export class Engine {
  readonly url: string;
  /** The folder with its data and its log. */
  readonly folder: string;
  readonly #pid: number;

  private constructor(folder: string, url: string, pid: number) {
    this.folder = folder;
    this.url = url;
    this.#pid = pid;
  }

  /** Starts an engine and waits until it accepts connections. `stop`, or else the end of this process, removes it. */
  static async start(name: EngineName, { data, core, options = [] }: EngineOptions): Promise<Engine> {
    const folder = mkdtempSync(join(data, `obrolan-bench-${name}-`));
    const run = async (verb: string, more: readonly string[] = []) => {
      const [program, args] = pinned(core, [SCRIPT, verb, name, "--folder", folder, ...more]);
      const { stdout } = await execute(program, args);
      return stdout.slice(stdout.indexOf("=") + 1).trim();
    };
    const url = await run("start", ["--while", String(process.pid), ...options]);
    return new Engine(folder, url, Number(await run("pids")));
  }

  /** The CPU time that all processes of the engine have used, in seconds. */
  cpuSeconds(): number {
    return cpuSecondsOfProcessTree(this.#pid);
  }

  /** Stops the engine and deletes its data. */
  async stop(): Promise<void> {
    await execute(SCRIPT, ["remove", "--folder", this.folder]);
  }
}

const PROGRAMS: Readonly<Record<EngineName, string>> = {
  postgres: "PostgreSQL (apt-get install postgresql)",
  nats: "nats-server (apt-get install nats-server)",
};

/** The first of these engines that is not installed, with the command that installs it; undefined if all are. */
export function missingEngine(names: readonly EngineName[]): string | undefined {
  const missing = names.find((name) => {
    try {
      execFileSync(SCRIPT, ["needs", name], { stdio: "ignore" });
      return false;
    } catch {
      return true;
    }
  });
  return missing && PROGRAMS[missing];
}
