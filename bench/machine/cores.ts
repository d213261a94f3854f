import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The core that each side is pinned to. */
export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** Chooses two of the cores that this process may use; undefined if there is only one core, or no `taskset`. */
export function chooseCores(): Cores | undefined {
  if (spawnSync("taskset", ["--version"]).status !== 0) return undefined;
  const [server, ...others] = list(
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "",
  );
  if (server === undefined || others.length === 0) return undefined;
  // A hyper-thread of the server's core would take up to half of that core away.
  const siblings = list(readTopology(server));
  const load = others.find((core) => !siblings.includes(core)) ?? others[0];
  return load === undefined ? undefined : { server, load };
}

/** The command that runs `command` on this core, or on any core if undefined. */
export function pinned(core: number | undefined, command: readonly string[]): [string, string[]] {
  const [program = "", ...args] = core === undefined ? command : ["taskset", "-c", String(core), ...command];
  return [program, args];
}

function readTopology(core: number): string {
  try {
    return readFileSync(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`, "utf8").trim();
  } catch {
    return "";
  }
}

// Parses a list of cores: "0,2-4" is 0, 2, 3, 4.
function list(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split("-").map(Number);
    return Number.isInteger(first) && part !== ""
      ? Array.from({ length: last - first + 1 }, (_, index) => first + index)
      : [];
  });
}
