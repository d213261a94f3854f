import type { Timings } from "./limits.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** No clock that is right says an earlier time: this code was not written then. */
const NEVER_BEFORE = Date.UTC(2026, 0, 1);
/** Steps of the clock up to this are followed at once: no harm is done by a minute. In milliseconds. */
const TOLERANCE = 60_000;
/** A gap up to this is usual: a server that was off over night. In milliseconds. */
const USUAL_GAP = 24 * 60 * 60 * 1_000;

/** A reading of the wall clock, as its distance from the stopwatch, and since when it has been steady. */
interface Reading {
  offset: number;
  readonly since: number;
}

/**
 * What time it is, in milliseconds since the epoch, where a jump of the clock has yet to prove steady: without the jump
 * and with it.
 */
export interface ClockReading {
  readonly earlier: number;
  readonly later: number;
}

/** What a steady clock is made with. */
export interface SteadyClockParts {
  /** The wall clock: milliseconds since the epoch. It may jump. */
  readonly clock: () => number;
  readonly stopwatch: Stopwatch;
  /** The newest time that the store has seen; `undefined`: it is new. */
  readonly seen: number | undefined;
  readonly timings: Pick<Timings, "clockWaitMs" | "clockLongWaitMs">;
  /** Told, in a sentence, what an operator should know about the clock. */
  readonly warn: (message: string) => void;
}

/**
 * The wall clock, and how far it can be believed. A clock that jumps is not followed until it has been steady for a
 * while by the stopwatch; until then the time goes on as before. A clock that lies far from the newest time that the
 * store has seen is used, but nothing may be deleted by it until it has been steady for longer. See
 * docs/decisions/0022-a-clock-that-jumps.md.
 */
export class SteadyClock {
  readonly #clock: () => number;
  readonly #stopwatch: Stopwatch;
  readonly #timings: SteadyClockParts["timings"];
  readonly #warn: (message: string) => void;
  /** What time goes by. */
  #followed: Reading;
  /** What the wall clock says where that is something else. */
  #jumped: Reading | undefined;
  /** The newest time that is known to have been, as its distance from the stopwatch. */
  #seen: number;
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
    this.#seen = (seen ?? Math.max(wall, NEVER_BEFORE)) - now;
    const gap = this.#followed.offset - this.#seen;
    // Behind it by any amount is worth a word: the time of messages does not go on until the clock has caught up.
    if (gap <= USUAL_GAP && gap >= -TOLERANCE) return;
    const seenAt = dateOf(this.#seen + now);
    this.#warn(
      [
        `The clock (${dateOf(wall)}) is ${describeGap(gap)} the newest time that the store has seen (${seenAt}).`,
        gap > 0 ? "If no server ran for so long, all is well:" : "Set the clock right:",
        `until it has been steady for ${hours(this.#waitFor(gap))}, no session and no message is deleted for its age.`,
      ].join(" "),
    );
  }

  /** The time, without jumps that have yet to prove steady. In whole milliseconds since the epoch. */
  get now(): number {
    this.#look();
    return this.#jumped === undefined ? this.#clock() : Math.round(this.#stopwatch() + this.#followed.offset);
  }

  /** The time by both: what has ended by the earlier one has ended whichever is right. */
  read(): ClockReading {
    const now = this.now;
    const wall = this.#clock();
    return { earlier: Math.min(now, wall), later: Math.max(now, wall) };
  }

  /** Whether the clock has been steady for so long that what is too old by it may be deleted. */
  get isSettled(): boolean {
    this.#look();
    if (this.#jumped !== undefined) return false;
    const steadyFor = this.#stopwatch() - this.#followed.since;
    if (!this.#isSettled && steadyFor >= this.#waitFor(this.#gap)) this.#isSettled = true;
    if (this.#isSettled) this.#seen = this.#followed.offset;
    return this.#isSettled;
  }

  /** Whether it agrees with what the store has seen, so that the store may be told of it. */
  get isUsual(): boolean {
    return this.isSettled || (this.#jumped === undefined && Math.abs(this.#gap) <= USUAL_GAP);
  }

  /**
   * Another server has just said what time it is. One that agrees with its store is right about it, so a clock far from
   * that has to be steady for the long wait from here on, and again after the next time that it is told so.
   */
  learn(time: number): void {
    this.#look();
    this.#seen = time - this.#stopwatch();
    if (Math.abs(this.#gap) <= USUAL_GAP) return;
    this.#isSettled = false;
    this.#followed = { offset: this.#followed.offset, since: this.#stopwatch() };
  }

  /** By how much what time goes by lies ahead of what the store has seen. */
  get #gap(): number {
    return this.#followed.offset - this.#seen;
  }

  #waitFor(gap: number): number {
    return Math.abs(gap) <= USUAL_GAP ? this.#timings.clockWaitMs : this.#timings.clockLongWaitMs;
  }

  #look(): void {
    const now = this.#stopwatch();
    const offset = this.#clock() - now;
    const jump = offset - this.#followed.offset;
    if (Math.abs(jump) <= TOLERANCE) {
      this.#followed.offset = offset;
      this.#jumped = undefined;
      return;
    }
    if (this.#jumped === undefined || Math.abs(offset - this.#jumped.offset) > TOLERANCE) {
      this.#jumped = { offset, since: now };
    } else this.#jumped.offset = offset;
    // A clock that was wrong at the start, and is set right a little later, as by NTP.
    const isNearer = !this.#isSettled && Math.abs(offset - this.#seen) < Math.abs(this.#gap);
    const isSteady = now - this.#jumped.since >= this.#waitFor(jump);
    if (isSteady) this.#seen = offset;
    if (isNearer || isSteady) {
      this.#followed = this.#jumped;
      this.#jumped = undefined;
    } else this.#warnOfJump(jump, now);
  }

  #warnOfJump(jump: number, now: number): void {
    if (now - this.#warnedAt < TOLERANCE) return;
    this.#warnedAt = now;
    this.#warn(
      [
        `The clock was set ${jump > 0 ? "ahead" : "back"} by ${span(jump)}.`,
        `Until it has been steady for ${hours(this.#waitFor(jump))}, sessions last as if it had not been,`,
        "and nothing is deleted for its age.",
      ].join(" "),
    );
  }
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long something is, for people: in the largest unit of which there are two. */
export function span(milliseconds: number): string {
  const long = Math.abs(milliseconds);
  for (const [unit, name] of [
    [24 * HOUR, "days"],
    [HOUR, "hours"],
    [MINUTE, "minutes"],
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
  // A time that no date can have is one that no clock that is right has said.
  return Math.abs(time) > 8.64e15 ? String(time) : new Date(time).toISOString();
}
