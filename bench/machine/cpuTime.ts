import { readFileSync } from "node:fs";
import type { Cores } from "./cores.ts";

// The kernel counts processor time in ticks of a hundredth of a second (USER_HZ, fixed on every architecture of Linux).
const TICKS_PER_SECOND = 100;

/** Below this share of a core, in per cent, what else runs does not matter: the kernel itself and a shell take a little. */
export const QUIET_PERCENT = 10;

/** The processor time that a whole process has used, all its threads together, in seconds. */
export function cpuSecondsOfProcess(pid: number | undefined): number {
  const [user, system] = ticksOf(pid);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/**
 * The processor time that a process and its children have used, those children that have ended among them, in seconds. PostgreSQL is
 * such a family: a process for each connection.
 */
export function cpuSecondsOfProcessTree(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  const [, , ended, endedInKernel] = ticksOf(pid);
  const living = children.map((child) => {
    try {
      return cpuSecondsOfProcess(Number(child));
    } catch {
      // It has ended just now, and counts as such the next time.
      return 0;
    }
  });
  const seconds = (Number(ended) + Number(endedInKernel)) / TICKS_PER_SECOND;
  return living.reduce((sum, one) => sum + one, cpuSecondsOfProcess(pid) + seconds);
}

/** The processor time that all processes together have used on those cores, in seconds; on every core where they are unset. */
export function cpuSecondsOfCores(cores: Cores | undefined): number {
  const names = cores ? [`cpu${cores.server}`, `cpu${cores.load}`] : ["cpu"];
  const lines = readFileSync("/proc/stat", "utf8").split("\n");
  const chosen = lines.map((line) => line.split(/\s+/)).filter(([name = ""]) => names.includes(name));
  const ticks = chosen.flatMap(([, user, nice, system]) => [Number(user), Number(nice), Number(system)]);
  return ticks.reduce((sum, count) => sum + count, 0) / TICKS_PER_SECOND;
}

// After the name in parentheses, which may have spaces itself, utime and stime are the 12th and 13th field; then come those of the
// children that have ended.
function ticksOf(pid: number | undefined): string[] {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return fields.slice(11, 15);
}
