/**
 * Milliseconds since some moment, which no set clock moves: the difference of two is how long something took. The other time is the
 * clock, in milliseconds since the epoch, for what is written down or told.
 */
export type Stopwatch = () => number;

/** That of the system. */
export const systemStopwatch: Stopwatch = () => performance.now();
