import type { Stopwatch } from "../../src/server/common/stopwatch.ts";

/** A stopwatch that stands still until a test moves it on: what the test itself takes counts for nothing. */
export interface ManualStopwatch extends Stopwatch {
  /** So many milliseconds have passed. */
  advance(milliseconds: number): void;
}

/** A new one. */
export function manualStopwatch(): ManualStopwatch {
  let now = 0;
  return Object.assign(() => now, {
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
  });
}
