import type { SignIn } from "../accounts/signIn.ts";
import type { RateLimiter } from "../chat/rateLimiter.ts";
import type { Stream } from "../chat/stream.ts";
import type { Timings } from "../common/limits.ts";
import type { ClockMark } from "../common/ports/clockMark.ts";
import type { SteadyClock } from "../common/steadyClock.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import type { LogReplica } from "../log/logReplica.ts";
import type { Retention } from "../log/retention.ts";
import type { PresenceFeed } from "../presence/presenceFeed.ts";

/** What is looked after. */
export interface MaintenanceParts {
  readonly log: LogReplica;
  readonly feed: PresenceFeed;
  readonly streams: ReadonlySet<Stream>;
  readonly signIn: SignIn;
  readonly rate: RateLimiter;
  readonly retention: Retention;
  readonly timings: Timings;
  readonly clock: SteadyClock;
  readonly clockMark: ClockMark;
  readonly stopwatch: Stopwatch;
  /** Ends the streams of sessions that have ended without a hint. */
  readonly checkSessions: () => Promise<void>;
  readonly report: (error: unknown) => void;
}

/** In milliseconds: how often time is looked at, and the store is asked for what no hint has told of. */
const TICK_MS = 500;
/** In milliseconds: how often what has ended by itself is swept out. */
const PURGE_INTERVAL_MS = 60 * 60 * 1_000;
/** In milliseconds: how often the store is told what time it is. */
const MARK = 10 * 60 * 1_000;

/** Does what must be done every now and then, on one timer: thousands of streams would mean thousands of timers. */
export class Maintenance {
  readonly #parts: MaintenanceParts;
  readonly #timer: NodeJS.Timeout;
  /** By ticks and not by the clock: a timer may come a fraction of a millisecond early, and every other look would be left out. */
  readonly #ticksALook: number;
  #ticks = 0;
  #sweptAt = Number.NEGATIVE_INFINITY;
  #deletedAt = Number.NEGATIVE_INFINITY;
  #markedAt = Number.NEGATIVE_INFINITY;
  /** What this server has written, or read, last. */
  #mark: number | undefined;
  #retainedAt = Number.NEGATIVE_INFINITY;

  constructor(household: MaintenanceParts) {
    this.#parts = household;
    const {
      joinTimeoutMs: joinTimeout,
      stallTimeoutMs: stall,
      cursorIntervalMs: cursor,
      sessionLifetimeMs: sessionLifetime,
      retentionIntervalMs: retention,
    } = household.timings;
    const interval = Math.min(
      TICK_MS,
      Math.ceil(Math.min(joinTimeout, stall, cursor, sessionLifetime, retention) / 10),
    );
    this.#ticksALook = Math.max(1, Math.round(TICK_MS / interval));
    this.#timer = setInterval(() => this.#tick(), interval);
    this.#timer.unref();
  }

  /** Does no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Tells the store what time it is, if the clock agrees with what the store knows. Never throws. */
  async markTime(): Promise<void> {
    const { stopwatch, report } = this.#parts;
    this.#markedAt = stopwatch();
    await this.#markTime().catch(report);
  }

  #tick(): void {
    const { log, feed, streams, signIn, rate, retention, timings, clock, stopwatch, checkSessions, report } =
      this.#parts;
    const now = stopwatch();
    const time = clock.read();
    for (const stream of streams) stream.tick(now, time);
    signIn.flushTouches().catch(report);
    this.#ticks += 1;
    if (this.#ticks % this.#ticksALook === 0) {
      log.sync.schedule();
      feed.markDirty();
      checkSessions().catch(report);
    }
    if (now - this.#retainedAt >= timings.retentionIntervalMs) {
      this.#retainedAt = now;
      retention.check().catch(report);
    }
    if (now - this.#sweptAt >= PURGE_INTERVAL_MS) {
      this.#sweptAt = now;
      rate.sweep();
    }
    // What is deleted does not come back: see docs/decisions/0022-a-clock-that-jumps.md.
    if (now - this.#deletedAt >= PURGE_INTERVAL_MS && clock.isSettled) {
      this.#deletedAt = now;
      signIn.purgeExpired().catch(report);
    }
    if (now - this.#markedAt >= MARK) void this.markTime();
  }

  async #markTime(): Promise<void> {
    const { clock, clockMark } = this.#parts;
    const mark = await clockMark.read();
    // Another server has written it since: it is there, and agrees with the store.
    if (mark !== undefined && this.#mark !== undefined && mark !== this.#mark) clock.learn(mark);
    this.#mark = mark;
    if (!clock.isUsual) return;
    this.#mark = clock.now;
    await clockMark.write(this.#mark);
  }
}
