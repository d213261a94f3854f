import { expect } from "chai";
import { SteadyClock } from "../../src/server/common/steadyClock.ts";
import { manualStopwatch } from "../support/stopwatch.ts";
import { NOON } from "../support/storeFixture.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** After the start of 2026, because the clock takes earlier times for wrong. */
const TODAY = NOON + 1_000 * DAY;

/** A clock that is `off` from the right time, on a store whose newest time is `unused` ago. */
function setUp({ off = 0, unused = MINUTE }: { off?: number; unused?: number | undefined } = {}) {
  const stopwatch = manualStopwatch();
  let jump = off;
  const warnings: string[] = [];
  const right = () => TODAY + stopwatch();
  const clock = new SteadyClock({
    clock: () => right() + jump,
    stopwatch,
    seen: unused === undefined ? undefined : TODAY - unused,
    timings: { clockWaitMs: HOUR, clockLongWaitMs: DAY },
    warn: (message) => warnings.push(message),
  });
  return {
    clock,
    warnings,
    right,
    /** The difference between the clock's time and the right time. */
    off: () => clock.now - right(),
    set: (milliseconds: number) => {
      jump = milliseconds;
    },
    /** Lets time pass, and reads the clock every half minute. */
    pass: (milliseconds: number) => {
      for (let left = milliseconds; left > 0; left -= 30 * SECOND) {
        stopwatch.advance(Math.min(left, 30 * SECOND));
        clock.read();
      }
    },
  };
}

describe("SteadyClock", () => {
  it("a steady clock goes on as before while the wall clock is ahead or behind for a moment", () => {
    const { off, set, pass, clock, right } = setUp();
    for (const jump of [31 * DAY, -31 * DAY, 2 * MINUTE]) {
      set(jump);
      pass(2 * SECOND);
      expect(off()).to.equal(0);
      expect(clock.read()).to.deep.equal({
        earlier: right() + Math.min(jump, 0),
        later: right() + Math.max(jump, 0),
      });
      set(0);
      pass(2 * SECOND);
      expect(clock.read()).to.deep.equal({ earlier: right(), later: right() });
    }
  });

  it("a steady clock follows jumps of up to a minute at once", () => {
    const { off, set } = setUp();
    set(MINUTE);
    expect(off()).to.equal(MINUTE);
    set(0);
    expect(off()).to.equal(0);
  });

  it("a steady clock follows a jump that was steady for an hour, and one of more than a day after a day", () => {
    for (const [jump, wait] of [
      [3 * HOUR, HOUR],
      [-3 * HOUR, HOUR],
      [8 * DAY, DAY],
      [-8 * DAY, DAY],
    ] as const) {
      const { off, set, pass, clock } = setUp();
      pass(2 * HOUR);
      expect(clock.isSettled).to.equal(true);
      set(jump);
      pass(wait - MINUTE);
      expect([off(), clock.isSettled]).to.deep.equal([0, false]);
      pass(2 * MINUTE);
      expect([off(), clock.isSettled]).to.deep.equal([jump, true]);
    }
  });

  it("a steady clock starts the wait again when the wall clock jumps again", () => {
    const { off, set, pass } = setUp();
    pass(2 * HOUR);
    for (let i = 1; i <= 5; i += 1) {
      set(i * 3 * HOUR);
      pass(50 * MINUTE);
      expect(off()).to.equal(0);
    }
  });

  it("a steady clock is settled an hour after a start at which it agrees with the store, and not before", () => {
    for (const unused of [0, MINUTE, 23 * HOUR, undefined]) {
      const { clock, pass, warnings } = setUp({ unused });
      expect(clock.isUsual).to.equal(true);
      pass(HOUR - MINUTE);
      expect(clock.isSettled).to.equal(false);
      pass(2 * MINUTE);
      expect(clock.isSettled).to.equal(true);
      expect(warnings).to.deep.equal([]);
    }
  });

  it("a steady clock that starts days ahead of the store warns, and is settled after a day", () => {
    for (const how of [{ unused: 8 * DAY }, { off: 8 * DAY }, { off: -8 * DAY }]) {
      const { clock, pass, off, warnings } = setUp(how);
      expect(clock.isUsual).to.equal(false);
      pass(DAY - MINUTE);
      expect([clock.isSettled, clock.isUsual]).to.deep.equal([false, false]);
      expect(off()).to.equal(how.off ?? 0);
      pass(2 * MINUTE);
      expect([clock.isSettled, clock.isUsual]).to.deep.equal([true, true]);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.match(/8 days (ahead of|behind) the newest time that the store has seen/);
    }
  });

  it("a steady clock at once follows a wall clock that was wrong at the start and is set right", () => {
    for (const wrong of [8 * DAY, -8 * DAY, -50 * 365 * DAY]) {
      const { off, set, pass } = setUp({ off: wrong });
      pass(MINUTE);
      expect(off()).to.equal(wrong);
      set(0);
      expect(off()).to.equal(0);
    }
    const { off, set } = setUp({ off: -TODAY, unused: undefined });
    set(0);
    expect(off(), "a new store, and a clock that began in 1970").to.equal(0);
  });

  it("a wrong clock is not settled while another server, whose clock agrees with the store, stores the time", () => {
    const { clock, pass, right } = setUp({ off: 8 * DAY });
    for (let minutes = 0; minutes < 3 * 24 * 60; minutes += 10) {
      pass(10 * MINUTE);
      clock.learn(right());
      expect([clock.isSettled, clock.isUsual]).to.deep.equal([false, false]);
    }
  });

  it("a steady clock warns of jumps at most once a minute", () => {
    const { warnings, set, pass } = setUp();
    for (let i = 1; i <= 120; i += 1) {
      set((i % 2) * 8 * DAY);
      pass(SECOND);
    }
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.equal(
      "The clock was set ahead by 8 days. Until it has been steady for 24 hours, sessions last as if it had not been, and nothing is deleted for its age.",
    );
  });
});
