/**
 * Milliseconds since some moment, unaffected by changes of the system's clock. Use a stopwatch for durations and
 * timeouts. Use a clock, which gives milliseconds since the epoch, for times that are stored or shown.
 */
export type Stopwatch = () => number;

/** The stopwatch of the system. */
export const systemStopwatch: Stopwatch = () => performance.now();
