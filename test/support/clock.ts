import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const PRELOAD = new URL("shiftedClock.ts", import.meta.url).href;

/** The clock of a server's process, under the control of a test. */
export interface ProcessClock {
  /** The environment to start the process with. */
  readonly env: Record<string, string>;
  /** Moves the clock this many milliseconds ahead of the real time. */
  set(offset: number): void;
}

/** A clock that is correct at first. Its offset is kept in a file of the folder. */
export function processClock(folder: string): ProcessClock {
  const file = path.join(folder, "clock");
  const set = (offset: number) => {
    // In one step, because the server may read it at any moment.
    writeFileSync(`${file}.new`, String(offset));
    renameSync(`${file}.new`, file);
  };
  set(0);
  const env = { NODE_OPTIONS: `--import=${PRELOAD}`, BUN_OPTIONS: `--preload=${fileURLToPath(PRELOAD)}` };
  return { env: { ...env, CLOCK_FILE: file }, set };
}
