import { mock } from "node:test";
import { expect } from "chai";
import { FanOut, type Wakeable } from "../../src/server/chat/fanOut.ts";
import { turns, until } from "../support/eventLoop.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

const stopwatch = manualStopwatch();

/** Advances the stopwatch, as if work took this long. */
const work = (milliseconds: number) => stopwatch.advance(milliseconds);

/** A reader that counts its wakes. */
class CountingReader implements Wakeable {
  wakes = 0;
  readonly #act: (reader: CountingReader) => void;

  constructor(act: (reader: CountingReader) => void = () => {}) {
    this.#act = act;
  }

  wake(): void {
    this.wakes += 1;
    this.#act(this);
  }
}

function readers(fanOut: FanOut, count: number, act?: (reader: CountingReader) => void): CountingReader[] {
  return Array.from({ length: count }, () => {
    const reader = new CountingReader(act);
    fanOut.add(reader);
    return reader;
  });
}

const wakesOf = (all: readonly CountingReader[]) => all.map(({ wakes }) => wakes);

describe("FanOut: a pass", () => {
  let fanOut: FanOut;
  beforeEach(() => {
    fanOut = new FanOut(stopwatch);
  });
  afterEach(() => {
    mock.timers.reset();
    fanOut.stop();
  });

  it("a pass wakes every reader once", async () => {
    const all = readers(fanOut, 10);
    fanOut.wakeAll(1);
    await turns(3);
    expect(wakesOf(all)).to.deep.equal(all.map(() => 1));
  });

  it("a pass begins in a later turn of the event loop than the call that requests it", async () => {
    const all = readers(fanOut, 3);
    fanOut.wakeAll(1);
    expect(wakesOf(all)).to.deep.equal([0, 0, 0]);
    await turns(3);
    expect(wakesOf(all)).to.deep.equal([1, 1, 1]);
  });

  it("a reader that was removed is not woken, and without a call no reader is", async () => {
    const [gone, here] = readers(fanOut, 2);
    fanOut.remove(gone as CountingReader);
    await turns(3);
    expect(here?.wakes).to.equal(0);
    fanOut.wakeAll(1);
    await turns(3);
    expect([gone?.wakes, here?.wakes]).to.deep.equal([0, 1]);
  });

  /** The number of turns of the event loop during a pass over 5,000 readers that take 20 µs each. */
  async function turnsDuringPass(): Promise<number> {
    const all = readers(fanOut, 5_000, () => work(0.02));
    let turnCount = 0;
    let done = false;
    const count = () => {
      turnCount += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    fanOut.wakeAll(1);
    await until(() => all.every(({ wakes }) => wakes === 1), "the end of the pass");
    done = true;
    return turnCount;
  }

  it("a pass over thousands of readers gives the event loop back again and again", async () => {
    // 5,000 times 20 µs are 100 ms, and a slice has 5 ms.
    expect(await turnsDuringPass()).to.be.at.least(20);
  });

  it("a pass gives the event loop back much more often after a client has connected", async () => {
    fanOut.expectConnections();
    expect(await turnsDuringPass()).to.be.above(100);
  });

  it("a pass continues where its slice ended, so no reader is woken twice before the last one", async () => {
    const order: number[] = [];
    const all = readers(fanOut, 500, (reader) => {
      order.push(all.indexOf(reader));
      work(0.02);
    });
    fanOut.wakeAll(1);
    await until(() => order.length >= 500, "the end of the pass");
    expect(order).to.deep.equal(all.map((_, i) => i));
  });

  it("passes alternate their direction, so that no reader is always last", async () => {
    const order: number[] = [];
    const all = readers(fanOut, 4, (reader) => order.push(all.indexOf(reader)));
    for (let i = 0; i < 3; i++) {
      fanOut.wakeAll(1);
      await turns(3);
    }
    expect(order).to.deep.equal([0, 1, 2, 3, 3, 2, 1, 0, 0, 1, 2, 3]);
  });

  it("a call during a pass causes another pass after it", async () => {
    let once = true;
    const all = readers(fanOut, 3, () => {
      if (once) fanOut.wakeAll(1);
      once = false;
    });
    fanOut.wakeAll(1);
    await turns(5);
    expect(wakesOf(all)).to.deep.equal([2, 2, 2]);
  });

  it("a pass for one message is followed by the next one without a pause", async () => {
    const all = readers(fanOut, 1, () => work(20));
    for (let i = 1; i <= 5; i++) {
      fanOut.wakeAll(1);
      await turns(3);
      expect(wakesOf(all), `pass ${i}`).to.deep.equal([i]);
    }
  });

  it("after a pass for many messages there is a pause, and the next pass is for all that has gathered", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const [reader] = readers(fanOut, 1, () => work(40));
    fanOut.wakeAll(2);
    await turns(3);
    expect(reader?.wakes).to.equal(1);
    for (let i = 0; i < 3; i++) {
      fanOut.wakeAll(1);
      await turns(3);
      mock.timers.tick(3);
    }
    await turns(3);
    expect(reader?.wakes).to.equal(1);
    mock.timers.tick(1);
    await turns(5);
    expect(reader?.wakes).to.equal(2);
  });

  it("no reader is woken after the stop", async () => {
    const all = readers(fanOut, 3);
    fanOut.wakeAll(1);
    fanOut.wakeOne(all[0] as CountingReader);
    fanOut.stop();
    await turns(5);
    expect(wakesOf(all)).to.deep.equal([0, 0, 0]);
  });
});

describe("FanOut: a reader that is woken alone", () => {
  let fanOut: FanOut;
  beforeEach(() => {
    fanOut = new FanOut(stopwatch);
  });
  afterEach(() => {
    mock.timers.reset();
    fanOut.stop();
  });

  it("a reader is woken alone, and once for several calls", async () => {
    const all = readers(fanOut, 3);
    fanOut.wakeOne(all[1] as CountingReader);
    fanOut.wakeOne(all[1] as CountingReader);
    await turns(3);
    expect(wakesOf(all)).to.deep.equal([0, 1, 0]);
  });

  it("a reader that is in no pass yet can be woken", async () => {
    const reader = new CountingReader();
    fanOut.wakeOne(reader);
    await turns(3);
    expect(reader.wakes).to.equal(1);
  });

  it("a reader is woken during a pass without waiting for its end", async () => {
    const single = new CountingReader();
    let wokenBefore = -1;
    const all = readers(fanOut, 1_000, (reader) => {
      work(0.05);
      if (reader === all[0]) fanOut.wakeOne(single);
      if (wokenBefore < 0 && single.wakes > 0) wokenBefore = all.filter(({ wakes }) => wakes > 0).length;
    });
    fanOut.wakeAll(1);
    await until(() => all.every(({ wakes }) => wakes === 1), "the end of the pass");
    expect(single.wakes).to.equal(1);
    expect(wokenBefore).to.be.within(1, 500);
  });

  it("a reader is woken during the pause between two passes", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const [reader] = readers(fanOut, 1, () => work(40));
    const single = new CountingReader();
    fanOut.wakeAll(2);
    await turns(3);
    fanOut.wakeAll(2);
    fanOut.wakeOne(single);
    await turns(3);
    expect([reader?.wakes, single.wakes]).to.deep.equal([1, 1]);
  });

  it("a reader that was removed is not woken", async () => {
    const [reader] = readers(fanOut, 1);
    fanOut.wakeOne(reader as CountingReader);
    fanOut.remove(reader as CountingReader);
    await turns(3);
    expect(reader?.wakes).to.equal(0);
  });

  it("readers that are woken again and again do not stop a pass", async () => {
    const all = readers(fanOut, 100);
    fanOut.wakeAll(1);
    const busy = Array.from(
      { length: 20 },
      () =>
        new CountingReader((reader) => {
          work(0.5);
          fanOut.wakeOne(reader);
        }),
    );
    for (const reader of busy) fanOut.wakeOne(reader);
    await until(() => all.every(({ wakes }) => wakes === 1), "the end of the pass");
  });

  it("readers that are woken again and again do not keep a pass from beginning", async () => {
    const busy = Array.from(
      { length: 20 },
      () =>
        new CountingReader((reader) => {
          work(0.5);
          fanOut.wakeOne(reader);
        }),
    );
    for (const reader of busy) fanOut.wakeOne(reader);
    await turns(3);
    const [idle] = readers(fanOut, 1);
    fanOut.wakeAll(1);
    await turns(50);
    expect(idle?.wakes).to.equal(1);
  });
});
