import { span } from "../common/steadyClock.ts";
import type { Stopwatch } from "../common/stopwatch.ts";

/** By how much the newest message may lie ahead of the clock before that is worth a word; in milliseconds. */
const AHEAD = 60_000;
/** How often it is said; in milliseconds. */
const AGAIN = 60 * 60 * 1_000;

/**
 * Looks whether the log's time lies ahead of the clock. It does so after a message was sent while the clock was ahead:
 * those behind it get the same time until the clock has caught up, since no message's time is before that of the one
 * before it.
 */
export class LogAhead {
  readonly #clock: () => number;
  readonly #stopwatch: Stopwatch;
  readonly #warn: (message: string) => void;
  #saidAt = Number.NEGATIVE_INFINITY;

  /** `clock`: milliseconds since the epoch. `warn` is told in a sentence, once an hour at most. */
  constructor(parts: { clock: () => number; stopwatch: Stopwatch; warn: (message: string) => void }) {
    this.#clock = parts.clock;
    this.#stopwatch = parts.stopwatch;
    this.#warn = parts.warn;
  }

  /** The newest message has this time. */
  note(sentAt: number): void {
    const clock = this.#clock();
    if (sentAt - clock <= AHEAD) return;
    const at = this.#stopwatch();
    if (at - this.#saidAt < AGAIN) return;
    this.#saidAt = at;
    const [newest, now] = [sentAt, clock].map((time) => new Date(time).toISOString());
    this.#warn(
      [
        `The newest message is dated ${newest}, ${span(sentAt - clock)} ahead of the clock (${now}),`,
        'and until then every message gets that time. If the clock is right now, "obrolan correct-times" sets this right:',
        'see "A wrong clock" in docs/operations.md.',
      ].join(" "),
    );
  }
}
