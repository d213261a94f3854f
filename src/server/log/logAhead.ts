import { span } from "../common/steadyClock.ts";
import type { Stopwatch } from "../common/stopwatch.ts";

/** How far the newest entry may lie ahead of the clock before there is a warning, in milliseconds. */
const TOLERANCE_MS = 60_000;
/** The shortest time between two warnings, in milliseconds. */
const WARN_INTERVAL_MS = 60 * 60 * 1_000;

/**
 * Warns if the time of the newest entry lies ahead of the clock. That happens after a message was sent while the
 * clock was ahead: the messages after it get the same time until the clock has caught up, because times never fall as
 * ids grow.
 */
export class LogAhead {
  readonly #clock: () => number;
  readonly #stopwatch: Stopwatch;
  readonly #warn: (message: string) => void;
  #warnedAt = Number.NEGATIVE_INFINITY;

  /** `clock`: milliseconds since the epoch. `warn`: receives a sentence, at most once an hour. */
  constructor(parts: { clock: () => number; stopwatch: Stopwatch; warn: (message: string) => void }) {
    this.#clock = parts.clock;
    this.#stopwatch = parts.stopwatch;
    this.#warn = parts.warn;
  }

  /** Checks the time of the newest entry, in milliseconds since the epoch. */
  check(sentAt: number): void {
    const clock = this.#clock();
    if (sentAt - clock <= TOLERANCE_MS) return;
    const at = this.#stopwatch();
    if (at - this.#warnedAt < WARN_INTERVAL_MS) return;
    this.#warnedAt = at;
    const [newest, now] = [sentAt, clock].map((time) => new Date(time).toISOString());
    this.#warn(
      [
        `The newest message is dated ${newest}, ${span(sentAt - clock)} ahead of the clock (${now}),`,
        "and until then every message gets that time. If the clock is right now,",
        '"obrolan correct-times" sets this right: see "A wrong clock" in docs/operations.md.',
      ].join(" "),
    );
  }
}
