import { readFileSync } from "node:fs";
import type { Cores } from "./cores.ts";

// The kernel counts CPU time in ticks of 10 ms (USER_HZ, which is the same on every architecture of Linux).
const TICKS_PER_SECOND = 100;

/** If other programs use less than this share of a core, the figures are reliable. The kernel always uses a little. */
export const QUIET_PERCENT = 10;

/** The CPU time that all threads of a process have used, in seconds. */
export function cpuSecondsOfProcess(pid: number | undefined): number {
  const [user, system] = ticksOf(pid);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/**
 * The CPU time that a process and its children have used, in seconds, including children that have ended. PostgreSQL
 * has a child process for each connection.
 */
export function cpuSecondsOfProcessTree(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  const [, , ended, endedInKernel] = ticksOf(pid);
  const living = children.map((child) => {
    try {
      return cpuSecondsOfProcess(Number(child));
    } catch {
      // The child has just ended. The next call counts it among the ended children.
      return 0;
    }
  });
  const seconds = (Number(ended) + Number(endedInKernel)) / TICKS_PER_SECOND;
  return living.reduce((sum, one) => sum + one, cpuSecondsOfProcess(pid) + seconds);
}

/** The CPU time that all processes have used on these cores, or on all cores if undefined, in seconds. */
export function cpuSecondsOfCores(cores: Cores | undefined): number {
  const names = cores ? [`cpu${cores.server}`, `cpu${cores.load}`] : ["cpu"];
  const lines = readFileSync("/proc/stat", "utf8").split("\n");
  const chosen = lines.map((line) => line.split(/\s+/)).filter(([name = ""]) => names.includes(name));
  const ticks = chosen.flatMap(([, user, nice, system]) => [Number(user), Number(nice), Number(system)]);
  return ticks.reduce((sum, count) => sum + count, 0) / TICKS_PER_SECOND;
}

// The fields of /proc/PID/stat that follow the process name, which is in parentheses and may contain spaces: utime and
// stime are the 12th and 13th. The next two are those of the children that have ended.
function ticksOf(pid: number | undefined): string[] {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return fields.slice(11, 15);
}
