import type { Timings } from "./limits.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** A correct clock shows no earlier time, because this code was written later. */
const EARLIEST_TIME = Date.UTC(2026, 0, 1);
/** Jumps of the clock up to this are followed at once, in milliseconds: a minute does no harm. */
const TOLERANCE_MS = 60_000;
/**
 * The clock may differ by this from the newest stored time, in milliseconds: the server may have been off overnight.
 */
const USUAL_GAP_MS = 24 * 60 * 60 * 1_000;

/** The wall clock minus the stopwatch, and since when this difference has been steady, by the stopwatch. */
interface ClockOffset {
  offset: number;
  readonly since: number;
}

/**
 * The time with and without a jump of the clock that is not followed yet, in milliseconds since the epoch. Without such
 * a jump both are the same.
 */
export interface ClockReading {
  readonly earlier: number;
  readonly later: number;
}

/** The collaborators and settings of a steady clock. */
export interface SteadyClockParts {
  /** The wall clock, in milliseconds since the epoch. It may jump. */
  readonly clock: () => number;
  readonly stopwatch: Stopwatch;
  /** The newest time that the store has seen, in milliseconds since the epoch; `undefined` if the store is new. */
  readonly seen: number | undefined;
  readonly timings: Pick<Timings, "clockWaitMs" | "clockLongWaitMs">;
  /** Receives warnings for an operator, each a sentence. */
  readonly warn: (message: string) => void;
}

/**
 * The wall clock, protected against jumps. A jump of more than a minute is not followed until the clock has been steady
 * for a while by the stopwatch; until then the time goes on as before. A clock that starts more than a day off the
 * newest time that the store has seen is used, but it must be steady for longer before data may be deleted for its age.
 * See docs/decisions/0022-a-clock-that-jumps.md.
 */
export class SteadyClock {
  readonly #clock: () => number;
  readonly #stopwatch: Stopwatch;
  readonly #timings: SteadyClockParts["timings"];
  readonly #warn: (message: string) => void;
  /** The clock that the time follows. */
  #followed: ClockOffset;
  /** The wall clock after a jump that is not followed yet. */
  #jumped: ClockOffset | undefined;
  /** The newest time that the store has seen, minus the stopwatch. */
  #seenOffset: number;
  #isSettled = false;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor({ clock, stopwatch, seen, timings, warn }: SteadyClockParts) {
    this.#clock = clock;
    this.#stopwatch = stopwatch;
    this.#timings = timings;
    this.#warn = warn;
    const now = stopwatch();
    const wall = clock();
    this.#followed = { offset: wall - now, since: now };
    this.#seenOffset = (seen ?? Math.max(wall, EARLIEST_TIME)) - now;
    const gap = this.#followed.offset - this.#seenOffset;
    // A clock that is more than a minute behind deserves a warning, because the time of messages stands still until the
    // clock has caught up.
    if (gap <= USUAL_GAP_MS && gap >= -TOLERANCE_MS) return;
    const seenAt = dateOf(this.#seenOffset + now);
    this.#warn(
      [
        `The clock (${dateOf(wall)}) is ${describeGap(gap)} the newest time that the store has seen (${seenAt}).`,
        gap > 0 ? "If no server ran for so long, all is well:" : "Set the clock right:",
        `until the clock has been steady for ${hours(this.#waitFor(gap))},`,
        "no session and no message is deleted for its age.",
      ].join(" "),
    );
  }

  /** The time without a jump that is not followed yet, in whole milliseconds since the epoch. */
  get now(): number {
    this.#followClock();
    return this.#jumped === undefined ? this.#clock() : Math.round(this.#stopwatch() + this.#followed.offset);
  }

  /** The time with and without a jump: a deadline before `earlier` has passed, whichever of the two is right. */
  read(): ClockReading {
    const now = this.now;
    const wall = this.#clock();
    return { earlier: Math.min(now, wall), later: Math.max(now, wall) };
  }

  /** Whether the clock has been steady for so long that data may be deleted for its age. */
  get isSettled(): boolean {
    this.#followClock();
    if (this.#jumped !== undefined) return false;
    const steadyFor = this.#stopwatch() - this.#followed.since;
    if (!this.#isSettled && steadyFor >= this.#waitFor(this.#gap)) this.#isSettled = true;
    if (this.#isSettled) this.#seenOffset = this.#followed.offset;
    return this.#isSettled;
  }

  /** Whether the clock agrees with the store, so that the time may be stored as the clock mark. */
  get isUsual(): boolean {
    return this.isSettled || (this.#jumped === undefined && Math.abs(this.#gap) <= USUAL_GAP_MS);
  }

  /**
   * Takes over the time that another server has stored: the clock of that server agrees with the store. If this clock
   * is more than a day off that time, it must be steady for the long wait from now on, and again after each call.
   */
  learn(time: number): void {
    this.#followClock();
    this.#seenOffset = time - this.#stopwatch();
    if (Math.abs(this.#gap) <= USUAL_GAP_MS) return;
    this.#isSettled = false;
    this.#followed = { offset: this.#followed.offset, since: this.#stopwatch() };
  }

  /** How far the followed clock is ahead of the newest time that the store has seen, in milliseconds. */
  get #gap(): number {
    return this.#followed.offset - this.#seenOffset;
  }

  #waitFor(gap: number): number {
    return Math.abs(gap) <= USUAL_GAP_MS ? this.#timings.clockWaitMs : this.#timings.clockLongWaitMs;
  }

  #followClock(): void {
    const now = this.#stopwatch();
    const offset = this.#clock() - now;
    const jump = offset - this.#followed.offset;
    if (Math.abs(jump) <= TOLERANCE_MS) {
      this.#followed.offset = offset;
      this.#jumped = undefined;
      return;
    }
    if (this.#jumped === undefined || Math.abs(offset - this.#jumped.offset) > TOLERANCE_MS) {
      this.#jumped = { offset, since: now };
    } else this.#jumped.offset = offset;
    // The clock was wrong at the start and is set right a little later, for example by NTP.
    const isNearer = !this.#isSettled && Math.abs(offset - this.#seenOffset) < Math.abs(this.#gap);
    const isSteady = now - this.#jumped.since >= this.#waitFor(jump);
    if (isSteady) this.#seenOffset = offset;
    if (isNearer || isSteady) {
      this.#followed = this.#jumped;
      this.#jumped = undefined;
    } else this.#warnOfJump(jump, now);
  }

  #warnOfJump(jump: number, now: number): void {
    if (now - this.#warnedAt < TOLERANCE_MS) return;
    this.#warnedAt = now;
    this.#warn(
      [
        `The clock was set ${jump > 0 ? "ahead" : "back"} by ${span(jump)}.`,
        `Until it has been steady for ${hours(this.#waitFor(jump))}, sessions last as if the clock had not been set,`,
        "and nothing is deleted for its age.",
      ].join(" "),
    );
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A duration for people, in the largest unit of which it has at least two. */
export function span(milliseconds: number): string {
  const long = Math.abs(milliseconds);
  for (const [unit, name] of [
    [24 * HOUR_MS, "days"],
    [HOUR_MS, "hours"],
    [MINUTE_MS, "minutes"],
  ] as const) {
    if (long >= 2 * unit) return `${Math.round(long / unit)} ${name}`;
  }
  return `${Math.round(long / 1_000)} seconds`;
}

function hours(milliseconds: number): string {
  return span(milliseconds) === "60 minutes" ? "an hour" : span(milliseconds);
}

function describeGap(gap: number): string {
  return `${span(gap)} ${gap > 0 ? "ahead of" : "behind"}`;
}

function dateOf(time: number): string {
  // A wrong clock may show a time that a `Date` cannot have.
  return Math.abs(time) > 8.64e15 ? String(time) : new Date(time).toISOString();
}
