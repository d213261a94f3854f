import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Which core each side has to itself. */
export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** Two cores of those that this process may use; `undefined` where there are not two, or no `taskset` to pin with. */
export function chooseCores(): Cores | undefined {
  if (spawnSync("taskset", ["--version"]).status !== 0) return undefined;
  const [server, ...others] = list(
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "",
  );
  if (server === undefined || others.length === 0) return undefined;
  // A hyper-thread of the server's own core would take half of it away.
  const siblings = list(readTopology(server));
  const load = others.find((core) => !siblings.includes(core)) ?? others[0];
  return load === undefined ? undefined : { server, load };
}

/** The command that runs `command` on that core; `undefined`: on any. */
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

// "0,2-4" is 0, 2, 3, 4.
function list(text: string): number[] {
  return text.split(",").flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split("-").map(Number);
    return Number.isInteger(first) && part !== ""
      ? Array.from({ length: last - first + 1 }, (_, index) => first + index)
      : [];
  });
}
