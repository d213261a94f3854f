import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";

const PRELOAD = new URL("shiftedClock.ts", import.meta.url).href;

/** The clock of a server's process, which a test sets. */
export interface ProcessClock {
  /** What the process is to be started with. */
  readonly env: Record<string, string>;
  /** From now on it is off by so many milliseconds. */
  set(offset: number): void;
}

/** A clock that is right, kept in a file of a folder. */
export function processClock(folder: string): ProcessClock {
  const file = path.join(folder, "clock");
  const set = (offset: number) => {
    // In one step: the server may read it at any moment.
    writeFileSync(`${file}.new`, String(offset));
    renameSync(`${file}.new`, file);
  };
  set(0);
  return { env: { NODE_OPTIONS: `--import=${PRELOAD}`, CLOCK_FILE: file }, set };
}
