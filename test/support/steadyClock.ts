import { SteadyClock } from "../../src/server/common/steadyClock.ts";
import { systemStopwatch } from "../../src/server/common/stopwatch.ts";

/** The waits of a server that follows every jump of its clock at once, for tests that advance the clock by days. */
export const FOLLOWS_AT_ONCE = { clockWaitMs: 0, clockLongWaitMs: 0 };

/** A steady clock that follows every jump of a clock at once. */
export function followed(clock: () => number): SteadyClock {
  return new SteadyClock({
    clock,
    stopwatch: systemStopwatch,
    seen: undefined,
    timings: FOLLOWS_AT_ONCE,
    warn: () => {},
  });
}
