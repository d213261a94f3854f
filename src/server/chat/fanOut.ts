import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";

/** Somebody whom a round calls on. */
export interface Wakeable {
  /** Takes what there is, if the response before has left; else notes that it missed a round. Never throws. */
  wake(): void;
}

/** How long the event loop is kept before it is given back; in milliseconds. */
const SLICE_MS = 5;
/**
 * The same while a crowd comes in; in milliseconds. libuv accepts one connection each time that it has the loop (since 1.46: seen with
 * 1.52): with slices of 5 ms that is 200 a second, and 5,000 clients took 27 s to come back.
 */
const SLICE_DURING_CONNECTS_MS = 0.5;
/** Who has come lets expect others for this long; in milliseconds. */
const EXPECT_CONNECTIONS_MS = 200;
/** Served between two looks at the clock: one costs about as much as a tenth of a write. */
const CLOCK_CHECK_EVERY = 8;
/** The pause after a pass, in parts of its length: messages gather for one write (docs/decisions/0001-one-log.md). */
const PAUSE_RATIO = 1 / 4;

/**
 * Wakes readers, fairly: rounds over all of them run in slices of a few milliseconds with the event loop in between, and rest
 * between rounds while there is much to say, so that more gathers into one response. Those called on by name (a private message, a
 * reply, a page that has come, a write that has left) wait for no round.
 */
export class FanOut {
  readonly #stopwatch: Stopwatch;
  readonly #members = new Set<Wakeable>();
  readonly #ready = new Set<Wakeable>();
  #pass: { readonly order: readonly Wakeable[]; next: number; readonly began: number } | undefined;
  /** Whether everyone is to be served once more, and since when that has carried more than one message. */
  #wanted: "no" | "one" | "many" = "no";
  #backwards = false;
  #pauseUntil = 0;
  #expectUntil = 0;
  #lastPassHadMany = false;
  #scheduled = false;
  #pauseTimer: NodeJS.Timeout | undefined;

  constructor(stopwatch = systemStopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** From now on rounds come by. */
  add(member: Wakeable): void {
    this.#members.add(member);
  }

  /** No round comes by any more. */
  remove(member: Wakeable): void {
    this.#members.delete(member);
    this.#ready.delete(member);
  }

  /** Somebody is coming in, and others may be behind them: for a while the event loop is given back sooner. */
  expectConnections(): void {
    this.#expectUntil = this.#stopwatch() + EXPECT_CONNECTIONS_MS;
  }

  /** There is something for everyone; `count` messages, or one of what is no message. */
  wakeAll(count: number): void {
    this.#wanted = this.#wanted === "no" && count <= 1 ? "one" : "many";
    this.#schedule();
  }

  /** There is something for one of them. */
  wakeOne(member: Wakeable): void {
    this.#ready.add(member);
    this.#schedule();
  }

  /** No more rounds. */
  stop(): void {
    clearTimeout(this.#pauseTimer);
    this.#members.clear();
    this.#ready.clear();
    this.#pass = undefined;
    this.#wanted = "no";
  }

  #schedule(): void {
    if (this.#scheduled) return;
    if (this.#ready.size > 0 || this.#pass !== undefined || this.#mayBegin()) this.#soon();
    else if (this.#wanted !== "no") this.#pause();
  }

  #soon(): void {
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#slice();
      this.#schedule();
    });
  }

  #pause(): void {
    this.#pauseTimer ??= setTimeout(
      () => {
        this.#pauseTimer = undefined;
        // A timer may come a little early; what is left of the rest is not worth another one.
        this.#pauseUntil = 0;
        this.#schedule();
      },
      Math.max(0, this.#pauseUntil - this.#stopwatch()),
    );
  }

  #mayBegin(): boolean {
    return this.#wanted !== "no" && this.#pass === undefined && this.#stopwatch() >= this.#pauseUntil;
  }

  #begin(): void {
    const order = [...this.#members];
    if (this.#backwards) order.reverse();
    this.#backwards = !this.#backwards;
    this.#lastPassHadMany = this.#wanted === "many";
    this.#wanted = "no";
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = undefined;
    this.#pass = { order, next: 0, began: this.#stopwatch() };
  }

  #slice(): void {
    // Here too, and not only when nobody is called: they may be many, for a long time.
    if (this.#mayBegin()) this.#begin();
    const now = this.#stopwatch();
    const until = now + (now < this.#expectUntil ? SLICE_DURING_CONNECTS_MS : SLICE_MS);
    let sinceLook = 0;
    const over = () => ++sinceLook % CLOCK_CHECK_EVERY === 0 && this.#stopwatch() >= until;
    for (const member of this.#ready) {
      this.#ready.delete(member);
      member.wake();
      if (over()) break;
    }
    const round = this.#pass;
    if (round === undefined) return;
    // The called ones do not keep a round from going on: it always gets a few steps in.
    do {
      round.order[round.next]?.wake();
      round.next += 1;
    } while (round.next < round.order.length && !over());
    if (round.next < round.order.length) return;
    const ended = this.#stopwatch();
    this.#pass = undefined;
    this.#pauseUntil = this.#lastPassHadMany ? ended + (ended - round.began) * PAUSE_RATIO : ended;
  }
}
