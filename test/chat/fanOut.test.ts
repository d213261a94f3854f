import { mock } from "node:test";
import { expect } from "chai";
import { FanOut, type Wakeable } from "../../src/server/chat/fanOut.ts";
import { turns, until } from "../support/eventLoop.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

const stopwatch = manualStopwatch();

/** Keeps the event loop for so many milliseconds, as far as anybody can tell. */
const work = (milliseconds: number) => stopwatch.advance(milliseconds);

/** Somebody who counts how often a round came by. */
class Member implements Wakeable {
  served = 0;
  readonly #act: (member: Member) => void;

  constructor(act: (member: Member) => void = () => {}) {
    this.#act = act;
  }

  wake(): void {
    this.served += 1;
    this.#act(this);
  }
}

function members(rounds: FanOut, count: number, act?: (member: Member) => void): Member[] {
  return Array.from({ length: count }, () => {
    const member = new Member(act);
    rounds.add(member);
    return member;
  });
}

const servedOf = (all: readonly Member[]) => all.map(({ served }) => served);

describe("A round", () => {
  let rounds: FanOut;
  beforeEach(() => {
    rounds = new FanOut(stopwatch);
  });
  afterEach(() => {
    mock.timers.reset();
    rounds.stop();
  });

  it("comes by everyone, once", async () => {
    const all = members(rounds, 10);
    rounds.wakeAll(1);
    await turns(3);
    expect(servedOf(all)).to.deep.equal(all.map(() => 1));
  });

  it("does not come in the midst of what wants it", async () => {
    const all = members(rounds, 3);
    rounds.wakeAll(1);
    expect(servedOf(all)).to.deep.equal([0, 0, 0]);
    await turns(3);
    expect(servedOf(all)).to.deep.equal([1, 1, 1]);
  });

  it("comes by nobody who has gone, nor where there is nothing to say", async () => {
    const [gone, here] = members(rounds, 2);
    rounds.remove(gone as Member);
    await turns(3);
    expect(here?.served).to.equal(0);
    rounds.wakeAll(1);
    await turns(3);
    expect([gone?.served, here?.served]).to.deep.equal([0, 1]);
  });

  /** How often a round over thousands, who each take their time, gives the event loop back. */
  async function givenBack(): Promise<number> {
    const all = members(rounds, 5_000, () => work(0.02));
    let given = 0;
    let done = false;
    const count = () => {
      given += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    rounds.wakeAll(1);
    await until(() => all.every(({ served }) => served === 1), "the round to be over");
    done = true;
    return given;
  }

  it("gives the event loop back again and again, with thousands that each take their time", async () => {
    // 5,000 of 20 µs are 100 ms, and a slice has 5.
    expect(await givenBack()).to.be.at.least(20);
  });

  it("gives it back much more often while somebody comes in: others may stand before the door", async () => {
    rounds.expectConnections();
    expect(await givenBack()).to.be.above(100);
  });

  it("goes on where it stopped: nobody is served twice before the last one is served", async () => {
    const order: number[] = [];
    const all = members(rounds, 500, (member) => {
      order.push(all.indexOf(member));
      work(0.02);
    });
    rounds.wakeAll(1);
    await until(() => order.length >= 500, "the round to be over");
    expect(order).to.deep.equal(all.map((_, i) => i));
  });

  it("goes the other way round each time, so that nobody is always last", async () => {
    const order: number[] = [];
    const all = members(rounds, 4, (member) => order.push(all.indexOf(member)));
    for (let i = 0; i < 3; i++) {
      rounds.wakeAll(1);
      await turns(3);
    }
    expect(order).to.deep.equal([0, 1, 2, 3, 3, 2, 1, 0, 0, 1, 2, 3]);
  });

  it("follows another one for what comes while that is on its way", async () => {
    let once = true;
    const all = members(rounds, 3, () => {
      if (once) rounds.wakeAll(1);
      once = false;
    });
    rounds.wakeAll(1);
    await turns(5);
    expect(servedOf(all)).to.deep.equal([2, 2, 2]);
  });

  it("that carried one message is followed by the next one without a rest", async () => {
    const all = members(rounds, 1, () => work(20));
    for (let i = 1; i <= 5; i++) {
      rounds.wakeAll(1);
      await turns(3);
      expect(servedOf(all), `round ${i}`).to.deep.equal([i]);
    }
  });

  it("that carried many rests before the next one, which then carries all that has gathered", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const [member] = members(rounds, 1, () => work(40));
    rounds.wakeAll(2);
    await turns(3);
    expect(member?.served).to.equal(1);
    for (let i = 0; i < 3; i++) {
      rounds.wakeAll(1);
      await turns(3);
      mock.timers.tick(3);
    }
    await turns(3);
    expect(member?.served).to.equal(1);
    mock.timers.tick(1);
    await turns(5);
    expect(member?.served).to.equal(2);
  });

  it("comes no more once they are stopped", async () => {
    const all = members(rounds, 3);
    rounds.wakeAll(1);
    rounds.wakeOne(all[0] as Member);
    rounds.stop();
    await turns(5);
    expect(servedOf(all)).to.deep.equal([0, 0, 0]);
  });
});

describe("Those who are called by name", () => {
  let rounds: FanOut;
  beforeEach(() => {
    rounds = new FanOut(stopwatch);
  });
  afterEach(() => {
    mock.timers.reset();
    rounds.stop();
  });

  it("are served alone", async () => {
    const all = members(rounds, 3);
    rounds.wakeOne(all[1] as Member);
    rounds.wakeOne(all[1] as Member);
    await turns(3);
    expect(servedOf(all)).to.deep.equal([0, 1, 0]);
  });

  it("are served also when no round comes by them yet", async () => {
    const member = new Member();
    rounds.wakeOne(member);
    await turns(3);
    expect(member.served).to.equal(1);
  });

  it("do not wait for a round that is on its way", async () => {
    const called = new Member();
    let servedBefore = -1;
    const all = members(rounds, 1_000, (member) => {
      work(0.05);
      if (member === all[0]) rounds.wakeOne(called);
      if (servedBefore < 0 && called.served > 0) servedBefore = all.filter(({ served }) => served > 0).length;
    });
    rounds.wakeAll(1);
    await until(() => all.every(({ served }) => served === 1), "the round to be over");
    expect(called.served).to.equal(1);
    expect(servedBefore).to.be.within(1, 500);
  });

  it("do not wait for the rest between rounds", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const [member] = members(rounds, 1, () => work(40));
    const called = new Member();
    rounds.wakeAll(2);
    await turns(3);
    rounds.wakeAll(2);
    rounds.wakeOne(called);
    await turns(3);
    expect([member?.served, called.served]).to.deep.equal([1, 1]);
  });

  it("are not served when they have gone", async () => {
    const [member] = members(rounds, 1);
    rounds.wakeOne(member as Member);
    rounds.remove(member as Member);
    await turns(3);
    expect(member?.served).to.equal(0);
  });

  it("do not keep a round from going on, however many they are", async () => {
    const all = members(rounds, 100);
    rounds.wakeAll(1);
    const busy = Array.from(
      { length: 20 },
      () =>
        new Member((member) => {
          work(0.5);
          rounds.wakeOne(member);
        }),
    );
    for (const member of busy) rounds.wakeOne(member);
    await until(() => all.every(({ served }) => served === 1), "the round to be over");
  });

  it("do not keep a round from beginning, however many they are", async () => {
    const busy = Array.from(
      { length: 20 },
      () =>
        new Member((member) => {
          work(0.5);
          rounds.wakeOne(member);
        }),
    );
    for (const member of busy) rounds.wakeOne(member);
    await turns(3);
    const [idle] = members(rounds, 1);
    rounds.wakeAll(1);
    await turns(50);
    expect(idle?.served).to.equal(1);
  });
});
