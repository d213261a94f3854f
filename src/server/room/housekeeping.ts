import type { Timings } from "./limits.ts";
import type { Rate } from "./rate.ts";
import type { SignIn } from "./signIn.ts";
import type { Stream } from "./stream.ts";

/** One timer for the whole room looks after what time brings: thousands of streams would mean thousands of timers. */
const MAX_INTERVAL = 1_000;
/** How often what has ended by itself is swept out; in milliseconds. */
const SWEEP = 60 * 60 * 1_000;

/** Does what must be done every now and then. */
export class Housekeeping {
  readonly #room: {
    readonly streams: ReadonlySet<Stream>;
    readonly signIn: SignIn;
    readonly rate: Rate;
    readonly timings: Timings;
    readonly report: (error: unknown) => void;
  };
  readonly #timer: NodeJS.Timeout;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(room: {
    streams: ReadonlySet<Stream>;
    signIn: SignIn;
    rate: Rate;
    timings: Timings;
    report: (error: unknown) => void;
  }) {
    this.#room = room;
    const { joinTimeout, stall, cursor, sessionLifetime } = room.timings;
    const interval = Math.min(MAX_INTERVAL, Math.ceil(Math.min(joinTimeout, stall, cursor, sessionLifetime) / 10));
    this.#timer = setInterval(() => this.#tick(), interval);
    this.#timer.unref();
  }

  /** Does no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { streams, signIn, rate, report } = this.#room;
    const now = performance.now();
    for (const stream of streams) stream.tick(now);
    signIn.note().catch(report);
    if (now - this.#sweptAt < SWEEP) return;
    this.#sweptAt = now;
    rate.sweep();
    signIn.sweep().catch(report);
  }
}
