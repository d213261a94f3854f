import { type Stopwatch, systemStopwatch } from "./stopwatch.ts";

/** Somebody whom a round calls on. */
export interface Served {
  /** Takes what there is, if the response before has left; else notes that it missed a round. Never throws. */
  serve(): void;
}

/** How long the event loop is kept before it is given back; in milliseconds. */
const SLICE = 5;
/**
 * The same while a crowd comes in; in milliseconds. libuv accepts one connection each time that it has the loop (since 1.46: seen with
 * 1.52): with slices of 5 ms that is 200 a second, and 5,000 clients took 27 s to come back.
 */
const SLICE_FOR_CROWD = 0.5;
/** Who has come lets expect others for this long; in milliseconds. */
const EXPECT = 200;
/** Served between two looks at the clock: one costs about as much as a tenth of a write. */
const LOOK_EVERY = 8;
/** The pause after a pass, in parts of its length: messages gather for one write (docs/decisions/0001-one-log.md). */
const REST = 1 / 4;

/**
 * Wakes readers, fairly: rounds over all of them run in slices of a few milliseconds with the event loop in between, and rest
 * between rounds while there is much to say, so that more gathers into one response. Those called on by name (a private message, a
 * reply, a page that has come, a write that has left) wait for no round.
 */
export class Rounds {
  readonly #stopwatch: Stopwatch;
  readonly #members = new Set<Served>();
  readonly #called = new Set<Served>();
  #round: { readonly order: readonly Served[]; next: number; readonly began: number } | undefined;
  /** Whether everyone is to be served once more, and since when that has carried more than one message. */
  #wanted: "no" | "one" | "many" = "no";
  #backwards = false;
  #restUntil = 0;
  #expectUntil = 0;
  #lastCarriedMany = false;
  #scheduled = false;
  #resting: NodeJS.Timeout | undefined;

  constructor(stopwatch = systemStopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** From now on rounds come by. */
  add(member: Served): void {
    this.#members.add(member);
  }

  /** No round comes by any more. */
  remove(member: Served): void {
    this.#members.delete(member);
    this.#called.delete(member);
  }

  /** Somebody is coming in, and others may be behind them: for a while the event loop is given back sooner. */
  expect(): void {
    this.#expectUntil = this.#stopwatch() + EXPECT;
  }

  /** There is something for everyone; `count` messages, or one of what is no message. */
  everyone(count: number): void {
    this.#wanted = this.#wanted === "no" && count <= 1 ? "one" : "many";
    this.#schedule();
  }

  /** There is something for one of them. */
  call(member: Served): void {
    this.#called.add(member);
    this.#schedule();
  }

  /** No more rounds. */
  stop(): void {
    clearTimeout(this.#resting);
    this.#members.clear();
    this.#called.clear();
    this.#round = undefined;
    this.#wanted = "no";
  }

  #schedule(): void {
    if (this.#scheduled) return;
    if (this.#called.size > 0 || this.#round !== undefined || this.#mayBegin()) this.#soon();
    else if (this.#wanted !== "no") this.#rest();
  }

  #soon(): void {
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#slice();
      this.#schedule();
    });
  }

  #rest(): void {
    this.#resting ??= setTimeout(
      () => {
        this.#resting = undefined;
        // A timer may come a little early; what is left of the rest is not worth another one.
        this.#restUntil = 0;
        this.#schedule();
      },
      Math.max(0, this.#restUntil - this.#stopwatch()),
    );
  }

  #mayBegin(): boolean {
    return this.#wanted !== "no" && this.#round === undefined && this.#stopwatch() >= this.#restUntil;
  }

  #begin(): void {
    const order = [...this.#members];
    if (this.#backwards) order.reverse();
    this.#backwards = !this.#backwards;
    this.#lastCarriedMany = this.#wanted === "many";
    this.#wanted = "no";
    clearTimeout(this.#resting);
    this.#resting = undefined;
    this.#round = { order, next: 0, began: this.#stopwatch() };
  }

  #slice(): void {
    // Here too, and not only when nobody is called: they may be many, for a long time.
    if (this.#mayBegin()) this.#begin();
    const now = this.#stopwatch();
    const until = now + (now < this.#expectUntil ? SLICE_FOR_CROWD : SLICE);
    let sinceLook = 0;
    const over = () => ++sinceLook % LOOK_EVERY === 0 && this.#stopwatch() >= until;
    for (const member of this.#called) {
      this.#called.delete(member);
      member.serve();
      if (over()) break;
    }
    const round = this.#round;
    if (round === undefined) return;
    // The called ones do not keep a round from going on: it always gets a few steps in.
    do {
      round.order[round.next]?.serve();
      round.next += 1;
    } while (round.next < round.order.length && !over());
    if (round.next < round.order.length) return;
    const ended = this.#stopwatch();
    this.#round = undefined;
    this.#restUntil = this.#lastCarriedMany ? ended + (ended - round.began) * REST : ended;
  }
}
