import type { Stopwatch } from "../../src/server/common/stopwatch.ts";

/** A stopwatch that stands still until a test advances it, so that the duration of a test does not count. */
export interface ManualStopwatch extends Stopwatch {
  /** Advances by this many milliseconds. */
  advance(milliseconds: number): void;
}

/** A new stopwatch. */
export function manualStopwatch(): ManualStopwatch {
  let now = 0;
  return Object.assign(() => now, {
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
  });
}
