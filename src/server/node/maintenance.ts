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

/** The parts of a node that maintenance works on, and its collaborators. */
export interface MaintenanceParts {
  readonly log: LogReplica;
  readonly feed: PresenceFeed;
  readonly streams: Iterable<Stream>;
  readonly signIn: SignIn;
  readonly rate: RateLimiter;
  readonly retention: Retention;
  readonly timings: Timings;
  readonly clock: SteadyClock;
  readonly clockMark: ClockMark;
  readonly stopwatch: Stopwatch;
  /** Ends the streams of sessions that have ended, because a notification of that may be lost. */
  readonly checkSessions: () => Promise<void>;
  /** Tells streams of moves of their read markers, because a notification of that may be lost. Never throws. */
  readonly checkMarkers: () => Promise<void>;
  readonly report: (error: unknown) => void;
}

/** How often the store is polled for changes, because notifications may be lost; in milliseconds. */
const POLL_INTERVAL_MS = 500;
/** How often expired sessions and full rate buckets are removed, in milliseconds. */
const PURGE_INTERVAL_MS = 60 * 60 * 1_000;
/** How often the clock mark is written, in milliseconds. */
const MARK_INTERVAL_MS = 10 * 60 * 1_000;

/** Runs all periodic background work on one timer: a timer for each stream would mean thousands. */
export class Maintenance {
  readonly #parts: MaintenanceParts;
  readonly #timer: NodeJS.Timeout;
  /**
   * The polls are counted in ticks, because a timer may fire a fraction of a millisecond early: by the stopwatch, every
   * other poll would be skipped.
   */
  readonly #ticksPerPoll: number;
  #ticks = 0;
  #ratesPurgedAt = Number.NEGATIVE_INFINITY;
  #sessionsPurgedAt = Number.NEGATIVE_INFINITY;
  #markedAt = Number.NEGATIVE_INFINITY;
  /** The clock mark that this server has written or read last. */
  #mark: number | undefined;
  #retainedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
    const { joinTimeoutMs, stallTimeoutMs, cursorIntervalMs, sessionLifetimeMs, retentionIntervalMs } = parts.timings;
    const shortestMs = Math.min(
      joinTimeoutMs,
      stallTimeoutMs,
      cursorIntervalMs,
      sessionLifetimeMs,
      retentionIntervalMs,
    );
    const tickMs = Math.min(POLL_INTERVAL_MS, Math.ceil(shortestMs / 10));
    this.#ticksPerPoll = Math.max(1, Math.round(POLL_INTERVAL_MS / tickMs));
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Writes the clock mark, if the clock agrees with the store. Never throws. */
  async markTime(): Promise<void> {
    const { stopwatch, report } = this.#parts;
    this.#markedAt = stopwatch();
    await this.#markTime().catch(report);
  }

  #tick(): void {
    const { log, feed, streams, signIn, rate, retention, timings, clock, stopwatch, report } = this.#parts;
    const now = stopwatch();
    const time = clock.read();
    for (const stream of streams) stream.tick(now, time);
    signIn.flushTouches().catch(report);
    this.#ticks += 1;
    if (this.#ticks % this.#ticksPerPoll === 0) {
      log.sync.schedule();
      feed.markDirty();
      this.#parts.checkSessions().catch(report);
      void this.#parts.checkMarkers();
    }
    if (now - this.#retainedAt >= timings.retentionIntervalMs) {
      this.#retainedAt = now;
      retention.check().catch(report);
    }
    if (now - this.#ratesPurgedAt >= PURGE_INTERVAL_MS) {
      this.#ratesPurgedAt = now;
      rate.purge();
    }
    // Deleted sessions cannot be restored: see docs/decisions/0022-a-clock-that-jumps.md.
    if (now - this.#sessionsPurgedAt >= PURGE_INTERVAL_MS && clock.isSettled) {
      this.#sessionsPurgedAt = now;
      signIn.purgeExpired().catch(report);
    }
    if (now - this.#markedAt >= MARK_INTERVAL_MS) void this.markTime();
  }

  async #markTime(): Promise<void> {
    const { clock, clockMark } = this.#parts;
    const mark = await clockMark.read();
    // Another server has written the mark in the meantime, so the clock of that server agrees with the store.
    if (mark !== undefined && this.#mark !== undefined && mark !== this.#mark) clock.learn(mark);
    this.#mark = mark;
    if (!clock.isUsual) return;
    this.#mark = clock.now;
    await clockMark.write(this.#mark);
  }
}
