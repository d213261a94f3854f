import { readFileSync } from "node:fs";
import type { Cores } from "../cores.ts";

// The kernel counts processor time in ticks of a hundredth of a second (USER_HZ, fixed on every architecture of Linux).
const TICKS_PER_SECOND = 100;

/** Below this share of a core, in per cent, what else runs does not matter: the kernel itself and a shell take a little. */
export const QUIET = 10;

/** The processor time that a whole process has used, all its threads together, in seconds. */
export function secondsOfProcess(pid: number | undefined): number {
  // After the name in parentheses, which may have spaces itself, utime and stime are the 12th and 13th field.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The processor time that all processes together have used on those cores, in seconds; on every core where they are unset. */
export function secondsOfCores(cores: Cores | undefined): number {
  const names = cores ? [`cpu${cores.server}`, `cpu${cores.load}`] : ["cpu"];
  const lines = readFileSync("/proc/stat", "utf8").split("\n");
  const chosen = lines.map((line) => line.split(/\s+/)).filter(([name = ""]) => names.includes(name));
  const ticks = chosen.flatMap(([, user, nice, system]) => [Number(user), Number(nice), Number(system)]);
  return ticks.reduce((sum, count) => sum + count, 0) / TICKS_PER_SECOND;
}
