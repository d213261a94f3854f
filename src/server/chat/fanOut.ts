import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";

/** A reader that the fan-out wakes. */
export interface Wakeable {
  /** Sends what is ready; if a response is still in flight, remembers that it was woken. Never throws. */
  wake(): void;
}

/** The time for which a slice may hold the event loop (ms). */
const SLICE_MS = 5;
/**
 * The same while many clients connect (ms). libuv accepts one connection per turn of the event loop (since 1.46; seen
 * with 1.52). With slices of 5 ms that is 200 a second, and 5,000 clients took 27 s to reconnect.
 */
const SLICE_DURING_CONNECTS_MS = 0.5;
/** After one connection arrives, expect more for this long (ms). */
const EXPECT_CONNECTIONS_MS = 200;
/** Wakes between two readings of the stopwatch: one reading costs about a tenth of a write. */
const CLOCK_CHECK_EVERY = 8;
/** The pause after a pass, relative to the duration of the pass; see docs/decisions/0001-one-log.md. */
const PAUSE_RATIO = 1 / 4;

/**
 * Wakes all readers fairly. A pass over all of them runs in slices of a few milliseconds, between which the event loop
 * does other work. Every second pass goes backwards, so that no reader is always last. After a pass for several
 * messages there is a pause, so that more messages gather into one response. A reader that is woken alone (for a
 * private message, a reply, a page that was loaded, a response that was written) does not wait for a pass.
 */
export class FanOut {
  readonly #stopwatch: Stopwatch;
  readonly #readers = new Set<Wakeable>();
  readonly #ready = new Set<Wakeable>();
  #pass: { readonly order: readonly Wakeable[]; next: number; readonly beganMs: number } | undefined;
  /** Whether another pass is wanted, and for how many messages. */
  #wanted: "no" | "one" | "many" = "no";
  #backwards = false;
  /** Both times are those of the stopwatch. */
  #pauseUntilMs = 0;
  #expectUntilMs = 0;
  #lastPassHadMany = false;
  #isScheduled = false;
  #pauseTimer: NodeJS.Timeout | undefined;

  constructor(stopwatch = systemStopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** Includes a reader in the passes that begin from now on. */
  add(reader: Wakeable): void {
    this.#readers.add(reader);
  }

  /** Never wakes the reader again, unless it is in the pass that is running. */
  remove(reader: Wakeable): void {
    this.#readers.delete(reader);
    this.#ready.delete(reader);
  }

  /** A client has connected, so others may follow: for a while, slices give the event loop back sooner. */
  expectConnections(): void {
    this.#expectUntilMs = this.#stopwatch() + EXPECT_CONNECTIONS_MS;
  }

  /** Wakes all readers. `count`: the number of new messages; 1 for a change that is not a message. */
  wakeAll(count: number): void {
    this.#wanted = this.#wanted === "no" && count <= 1 ? "one" : "many";
    this.#schedule();
  }

  wakeOne(reader: Wakeable): void {
    this.#ready.add(reader);
    this.#schedule();
  }

  /** Removes all readers, and ends the pass that is running. */
  stop(): void {
    clearTimeout(this.#pauseTimer);
    this.#readers.clear();
    this.#ready.clear();
    this.#pass = undefined;
    this.#wanted = "no";
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    if (this.#ready.size > 0 || this.#pass !== undefined || this.#mayBegin()) this.#scheduleSlice();
    else if (this.#wanted !== "no") this.#pause();
  }

  #scheduleSlice(): void {
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#slice();
      this.#schedule();
    });
  }

  #pause(): void {
    this.#pauseTimer ??= setTimeout(
      () => {
        this.#pauseTimer = undefined;
        // A timer may fire a little early. The rest of the pause is not worth another timer.
        this.#pauseUntilMs = 0;
        this.#schedule();
      },
      Math.max(0, this.#pauseUntilMs - this.#stopwatch()),
    );
  }

  #mayBegin(): boolean {
    return this.#wanted !== "no" && this.#pass === undefined && this.#stopwatch() >= this.#pauseUntilMs;
  }

  #begin(): void {
    const order = [...this.#readers];
    if (this.#backwards) order.reverse();
    this.#backwards = !this.#backwards;
    this.#lastPassHadMany = this.#wanted === "many";
    this.#wanted = "no";
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = undefined;
    this.#pass = { order, next: 0, beganMs: this.#stopwatch() };
  }

  #slice(): void {
    // A pass also begins while single readers are ready, because they may be ready all the time.
    if (this.#mayBegin()) this.#begin();
    const now = this.#stopwatch();
    const until = now + (now < this.#expectUntilMs ? SLICE_DURING_CONNECTS_MS : SLICE_MS);
    let wakes = 0;
    const isOver = () => ++wakes % CLOCK_CHECK_EVERY === 0 && this.#stopwatch() >= until;
    for (const reader of this.#ready) {
      this.#ready.delete(reader);
      reader.wake();
      if (isOver()) break;
    }
    const pass = this.#pass;
    if (pass === undefined) return;
    // Each slice wakes at least one reader of the pass, so that single readers cannot hold up the pass.
    do {
      pass.order[pass.next]?.wake();
      pass.next += 1;
    } while (pass.next < pass.order.length && !isOver());
    if (pass.next < pass.order.length) return;
    const endedMs = this.#stopwatch();
    this.#pass = undefined;
    this.#pauseUntilMs = this.#lastPassHadMany ? endedMs + (endedMs - pass.beganMs) * PAUSE_RATIO : endedMs;
  }
}
