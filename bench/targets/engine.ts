import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pinned } from "../machine/cores.ts";
import { cpuSecondsOfProcessTree } from "../machine/cpuTime.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/engines", import.meta.url));
const execute = promisify(execFile);

/** What `scripts/engines` can start. */
export type EngineName = "postgres" | "nats";

export interface EngineOptions {
  /** Where it may make a folder for its data. */
  readonly data: string;
  readonly core: number | undefined;
  /** What else to tell `scripts/engines`. */
  readonly options?: readonly string[];
}

/** A real PostgreSQL or NATS, of a run's own, with nothing in it. */
export class Engine {
  /** How a client reaches it. */
  readonly url: string;
  /** Where all of it is. */
  readonly folder: string;
  readonly #pid: number;

  private constructor(folder: string, url: string, pid: number) {
    this.folder = folder;
    this.url = url;
    this.#pid = pid;
  }

  /** Starts it and waits until it takes connections. It is taken away when this process ends, if not before. */
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

  /** The processor time that all of its processes have used, in seconds. */
  cpuSeconds(): number {
    return cpuSecondsOfProcessTree(this.#pid);
  }

  /** Ends it, and takes away what it held. */
  async stop(): Promise<void> {
    await execute(SCRIPT, ["remove", "--folder", this.folder]);
  }
}

const PROGRAMS: Readonly<Record<EngineName, string>> = {
  postgres: "PostgreSQL (apt-get install postgresql)",
  nats: "nats-server (apt-get install nats-server)",
};

/** The first of those engines that this machine does not have, with how to get it; `undefined` where it has them all. */
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
