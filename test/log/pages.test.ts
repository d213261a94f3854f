import { mock } from "node:test";
import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { Message } from "../../src/server/log/message.ts";
import { Pages } from "../../src/server/log/pages.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { encoder, idsOf } from "../support/encoder.ts";
import { Gate } from "../support/engines.ts";
import { isSettled, turns } from "../support/eventLoop.ts";
import { message } from "../support/messages.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

/** A log of which only the reading counts: which pages are asked for, and when they come. */
class CountedLog {
  readonly asked: [number, number][] = [];
  readonly gate = new Gate();
  broken = false;
  #messages: readonly Message[];

  constructor(messages: readonly Message[]) {
    this.#messages = messages;
  }

  async read(from: number, to: number): Promise<Message[]> {
    this.asked.push([from, to]);
    await this.gate.pass();
    if (this.broken) throw new StoreUnavailable("the disk is away");
    return this.#messages.filter(({ id }) => id >= from && id <= to);
  }
}

function setUp(more: { count?: number; from?: number; pages?: number; length?: number } = {}) {
  const { count = 100, from = 1, pages = 1_000_000, length = 10 } = more;
  const log = new CountedLog(Array.from({ length: count }, (_, i) => message(from + i, { length })));
  const stopwatch = manualStopwatch();
  const all = new Pages(
    log as unknown as LogStore,
    encoder,
    { pageMessages: 10, pageCacheBytes: pages, responseBytes: 64 * 1024 },
    stopwatch,
  );
  const somebody = {};
  return {
    log,
    stopwatch,
    pages: all,
    fetch: (id: number, reader = somebody) => all.fetch(id, reader),
    kept: (id: number, reader = somebody) => all.get(id, reader),
    /** The pages at hand, by their first ids, of which nobody takes anything. */
    atHand: () => [1, 11, 21, 31, 41, 51, 61, 71, 81, 91].filter((id) => all.get(id, somebody) !== undefined),
  };
}

/** A cache for so many pages of ten messages. */
async function roomFor(pages: number): Promise<number> {
  const { bytes } = await setUp().fetch(11);
  return Math.ceil(bytes * (pages + 0.5));
}

describe("The pages", () => {
  it("are aligned by id, whoever asks for which message", async () => {
    const { log, fetch } = setUp();
    for (const id of [1, 10, 11, 95]) await fetch(id);
    expect(log.asked).to.deep.equal([
      [1, 10],
      [1, 10],
      [11, 20],
      [91, 100],
    ]);
  });

  it("are read once for all who want the same at once", async () => {
    const { log, pages, fetch } = setUp();
    log.gate.shut();
    const fetches = Promise.all([1, 5, 10, 3].map((id) => fetch(id, {})));
    log.gate.open();
    const fetched = await fetches;
    expect(log.asked).to.have.length(1);
    expect(pages.reads).to.equal(1);
    expect(new Set(fetched).size).to.equal(1);
  });

  it("are read two at a time, and of those that wait the lowest first: whoever is furthest behind comes up to the others", async () => {
    const { log, fetch } = setUp();
    log.gate.shut();
    const fetches = [61, 51, 41, 1, 31, 11].map((id) => fetch(id, {}));
    await log.gate.entered();
    await turns();
    expect(log.asked.map(([from]) => from)).to.deep.equal([61, 51]);
    log.gate.open();
    await Promise.all(fetches);
    expect(log.asked.map(([from]) => from)).to.deep.equal([61, 51, 1, 11, 31, 41]);
  });

  it("are at hand once read, the same for every account, their bytes shared", async () => {
    const { fetch, kept } = setUp();
    expect(kept(15)).to.equal(undefined);
    await fetch(15);
    const page = kept(11);
    expect(page).to.be.an("object").and.to.equal(kept(20, {}));
    expect(idsOf(page?.take(14, 7).bytes ?? new Uint8Array())).to.deep.equal([15, 16, 17, 18, 19, 20]);
    expect(page?.take(14, 7).bytes).to.equal(page?.take(14, 8).bytes);
    expect(kept(21)).to.equal(undefined);
  });

  it("at the end of the log have what there was: the rest is read when it is wanted", async () => {
    const { log, fetch, kept } = setUp({ count: 13 });
    await fetch(13);
    expect(kept(13)).to.be.an("object");
    expect(kept(14)).to.equal(undefined);
    await fetch(14);
    expect(log.asked).to.have.length(2);
  });

  it("at the beginning of a log that has forgotten have what is kept", async () => {
    const { fetch, kept } = setUp({ from: 7, count: 10 });
    const page = await fetch(3);
    expect([page.firstId, page.lastId]).to.deep.equal([7, 10]);
    expect(kept(3)).to.equal(undefined);
    expect(kept(7)).to.equal(page);
  });

  it("are kept within their bytes: those that were not used for longest go first", async () => {
    const { fetch, kept, atHand } = setUp({ pages: await roomFor(3) });
    for (const id of [1, 11, 21]) await fetch(id);
    kept(1);
    await fetch(31);
    expect(atHand()).to.deep.equal([1, 21, 31]);
  });

  it("are kept one at a time where one alone takes too much", async () => {
    const { fetch, atHand } = setUp({ pages: 100, length: 1_000 });
    await fetch(1);
    expect(atHand()).to.deep.equal([1]);
    await fetch(11);
    expect(atHand()).to.deep.equal([11]);
  });

  it("that are read anew take their place once, not twice", async () => {
    const { fetch, atHand } = setUp({ pages: await roomFor(2) });
    for (const id of [11, 11, 11, 11, 21]) await fetch(id);
    expect(atHand()).to.deep.equal([11, 21]);
  });

  it("that could not be read are read when they are wanted the next time", async () => {
    const { log, fetch, atHand } = setUp();
    log.broken = true;
    const failed = await Promise.allSettled([fetch(1), fetch(2)]);
    expect(failed.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    expect(atHand()).to.deep.equal([]);
    log.broken = false;
    await fetch(1);
    expect(atHand()).to.deep.equal([1]);
    expect(log.asked).to.have.length(2);
  });

  it("that cannot be read keep nobody from the others", async () => {
    const { log, fetch } = setUp();
    log.broken = true;
    const failing = Promise.allSettled([1, 11, 21, 31].map((id) => fetch(id)));
    await failing;
    log.broken = false;
    expect((await Promise.all([41, 51, 61].map((id) => fetch(id)))).map(({ firstId }) => firstId)).to.deep.equal([
      41, 51, 61,
    ]);
  });

  it("are dropped when the log has forgotten some of it", async () => {
    const { pages, fetch, atHand } = setUp();
    await fetch(1);
    pages.clear();
    expect(atHand()).to.deep.equal([]);
  });
});

describe("The pages of a crowd that comes up", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  /** Forty readers at the beginning of the log. */
  async function crowd(pages: number) {
    const all = setUp({ pages: await roomFor(pages) });
    const readers = Array.from({ length: 40 }, () => ({}));
    for (const reader of readers) all.kept(1, reader);
    const pass = (milliseconds: number) => {
      all.stopwatch.advance(milliseconds);
      mock.timers.tick(milliseconds);
    };
    return { ...all, readers, pass };
  }

  it("are not pushed out by those in front: what the crowd comes to last goes first", async () => {
    const { fetch, atHand, pass } = await crowd(3);
    const inFront = {};
    for (const id of [1, 11, 21]) await fetch(id, inFront);
    const next = fetch(31, inFront);
    pass(260);
    await next;
    expect(atHand()).to.deep.equal([1, 11, 31]);
  });

  it("make those in front wait, until it has come up", async () => {
    const { log, fetch, kept, readers, pass } = await crowd(3);
    const inFront = {};
    for (const id of [1, 11, 21]) await fetch(id, inFront);
    const next = fetch(31, inFront);
    expect(await isSettled(next)).to.equal(false);
    for (const reader of readers) kept(31, reader);
    pass(10);
    await next;
    expect(log.asked).to.have.length(4);
  });

  it("make nobody wait for ever", async () => {
    const { fetch, pass } = await crowd(3);
    const inFront = {};
    for (const id of [1, 11, 21]) await fetch(id, inFront);
    const next = fetch(31, inFront);
    pass(249);
    expect(await isSettled(next)).to.equal(false);
    pass(11);
    expect((await next).firstId).to.equal(31);
  });

  it("make nobody wait where they are few, or where there is room", async () => {
    const few = setUp({ pages: await roomFor(3) });
    for (let i = 0; i < 10; i++) few.kept(1, {});
    for (const id of [1, 11, 21, 31]) await few.fetch(id, {});
    expect(few.atHand()).to.have.length(3);
    const { fetch, atHand } = await crowd(20);
    for (const id of [1, 11, 21, 31]) expect(await isSettled(fetch(id))).to.equal(true);
    expect(atHand()).to.deep.equal([1, 11, 21, 31]);
  });
});

describe("Pages that are read ahead", () => {
  it("are at hand when they are wanted, and are read once", async () => {
    const { log, pages, fetch, kept } = setUp();
    pages.readAhead(11);
    pages.readAhead(15);
    await fetch(11);
    pages.readAhead(11);
    expect(kept(11)?.firstId).to.equal(11);
    expect(log.asked).to.deep.equal([[11, 20]]);
  });

  it("keep nobody waiting: where reads are under way already they are left for later", async () => {
    const { log, pages, fetch } = setUp();
    log.gate.shut();
    const wanted = [fetch(1), fetch(11)];
    pages.readAhead(21);
    log.gate.open();
    await Promise.all(wanted);
    expect(log.asked).to.deep.equal([
      [1, 10],
      [11, 20],
    ]);
  });

  it("push nothing out that a crowd is coming to", async () => {
    const { log, pages, fetch, kept } = setUp({ pages: await roomFor(2) });
    const crowd = Array.from({ length: 40 }, () => ({}));
    await fetch(1);
    await fetch(11);
    for (const reader of crowd) kept(1, reader);
    pages.readAhead(21);
    await turns(3);
    expect(log.asked).to.deep.equal([
      [1, 10],
      [11, 20],
    ]);
  });

  it("may fail: whoever comes to want them asks again", async () => {
    const { log, pages, fetch, kept } = setUp();
    log.broken = true;
    pages.readAhead(11);
    await turns(3);
    log.broken = false;
    await fetch(11);
    expect(kept(11)?.firstId).to.equal(11);
  });
});
