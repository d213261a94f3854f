import { mock } from "node:test";
import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { Entry } from "../../src/server/log/entry.ts";
import { Pages } from "../../src/server/log/pages.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { encoder, idsOf } from "../support/encoder.ts";
import { Gate } from "../support/engines.ts";
import { isSettled, turns } from "../support/eventLoop.ts";
import { at, message } from "../support/messages.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

/** A log that records its reads, and lets a test delay or break them. */
class RecordingLog {
  readonly asked: [number, number][] = [];
  readonly gate = new Gate();
  broken = false;
  #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  async read(from: number, to: number): Promise<Entry[]> {
    this.asked.push([from, to]);
    await this.gate.pass();
    if (this.broken) throw new StoreUnavailable("the disk is gone");
    return this.#entries.filter(({ id }) => id >= from && id <= to);
  }
}

function setUp(more: { count?: number; from?: number; pages?: number; length?: number } = {}) {
  const { count = 100, from = 1, pages = 1_000_000, length = 10 } = more;
  const log = new RecordingLog(Array.from({ length: count }, (_, i) => message(from + i, { length })));
  const stopwatch = manualStopwatch();
  const all = new Pages(
    log as unknown as LogStore,
    encoder,
    { pageMessages: 10, pageCacheBytes: pages, responseBytes: 64 * 1024 },
    { stopwatch },
  );
  const anyReader = {};
  return {
    log,
    stopwatch,
    pages: all,
    fetch: (id: number, reader = anyReader) => all.fetch(id, reader),
    cached: (id: number, reader = anyReader) => all.get(id, reader),
    /** The cached pages, by their first ids. */
    cachedPages: () => [1, 11, 21, 31, 41, 51, 61, 71, 81, 91].filter((id) => all.get(id, anyReader) !== undefined),
  };
}

/** The size of a cache that holds `pages` pages of ten messages. */
async function bytesFor(pages: number): Promise<number> {
  const { bytes } = await setUp().fetch(11);
  return Math.ceil(bytes * (pages + 0.5));
}

describe("Pages", () => {
  it("pages are aligned by id, whichever message a reader needs", async () => {
    const { log, fetch } = setUp();
    for (const id of [1, 10, 11, 95]) await fetch(id);
    expect(log.asked).to.deep.equal([
      [1, 10],
      [1, 10],
      [11, 20],
      [91, 100],
    ]);
  });

  it("a page is read once for all readers that need it at the same time", async () => {
    const { log, pages, fetch } = setUp();
    log.gate.shut();
    const fetches = Promise.all([1, 5, 10, 3].map((id) => fetch(id, {})));
    log.gate.open();
    const fetched = await fetches;
    expect(log.asked).to.have.length(1);
    expect(pages.reads).to.equal(1);
    expect(new Set(fetched).size).to.equal(1);
  });

  it("two pages are read at a time, and the lowest queued page comes next", async () => {
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

  it("a page that was read is cached, and accounts share the page and its bytes", async () => {
    const { fetch, cached } = setUp();
    expect(cached(15)).to.equal(undefined);
    await fetch(15);
    const page = cached(11);
    expect(page).to.be.an("object").and.to.equal(cached(20, {}));
    expect(idsOf(page?.take(at(14, 7)).bytes ?? new Uint8Array())).to.deep.equal([15, 16, 17, 18, 19, 20]);
    expect(page?.take(at(14, 7)).bytes).to.equal(page?.take(at(14, 8)).bytes);
    expect(cached(21)).to.equal(undefined);
  });

  it("a page at the end of the log is read again for a message after its last one", async () => {
    const { log, fetch, cached } = setUp({ count: 13 });
    await fetch(13);
    expect(cached(13)).to.be.an("object");
    expect(cached(14)).to.equal(undefined);
    await fetch(14);
    expect(log.asked).to.have.length(2);
  });

  it("a page at the beginning of a truncated log has the messages that are kept", async () => {
    const { fetch, cached } = setUp({ from: 7, count: 10 });
    const page = await fetch(3);
    expect([page.firstId, page.lastId]).to.deep.equal([7, 10]);
    expect(cached(3)).to.equal(undefined);
    expect(cached(7)).to.equal(page);
  });

  it("the cache is bounded in bytes: the least recently used page leaves first", async () => {
    const { fetch, cached, cachedPages } = setUp({ pages: await bytesFor(3) });
    for (const id of [1, 11, 21]) await fetch(id);
    cached(1);
    await fetch(31);
    expect(cachedPages()).to.deep.equal([1, 21, 31]);
  });

  it("the cache keeps one page even if it alone exceeds the bound", async () => {
    const { fetch, cachedPages } = setUp({ pages: 100, length: 1_000 });
    await fetch(1);
    expect(cachedPages()).to.deep.equal([1]);
    await fetch(11);
    expect(cachedPages()).to.deep.equal([11]);
  });

  it("a page that is read again counts only once towards the bound", async () => {
    const { fetch, cachedPages } = setUp({ pages: await bytesFor(2) });
    for (const id of [11, 11, 11, 11, 21]) await fetch(id);
    expect(cachedPages()).to.deep.equal([11, 21]);
  });

  it("a page whose read failed is read again when a reader needs it", async () => {
    const { log, fetch, cachedPages } = setUp();
    log.broken = true;
    const failed = await Promise.allSettled([fetch(1), fetch(2)]);
    expect(failed.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    expect(cachedPages()).to.deep.equal([]);
    log.broken = false;
    await fetch(1);
    expect(cachedPages()).to.deep.equal([1]);
    expect(log.asked).to.have.length(2);
  });

  it("a failed read does not block the reads of other pages", async () => {
    const { log, fetch } = setUp();
    log.broken = true;
    const failing = Promise.allSettled([1, 11, 21, 31].map((id) => fetch(id)));
    await failing;
    log.broken = false;
    expect((await Promise.all([41, 51, 61].map((id) => fetch(id)))).map(({ firstId }) => firstId)).to.deep.equal([
      41, 51, 61,
    ]);
  });

  it("clear() empties the cache", async () => {
    const { pages, fetch, cachedPages } = setUp();
    await fetch(1);
    pages.clear(0);
    expect(cachedPages()).to.deep.equal([]);
  });
});

describe("Pages read by a convoy", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  /** A cache of `pages` pages, and forty readers at the beginning of the log. */
  async function convoy(pages: number) {
    const all = setUp({ pages: await bytesFor(pages) });
    const readers = Array.from({ length: 40 }, () => ({}));
    for (const reader of readers) all.cached(1, reader);
    const pass = (milliseconds: number) => {
      all.stopwatch.advance(milliseconds);
      mock.timers.tick(milliseconds);
    };
    return { ...all, readers, pass };
  }

  it("a reader ahead of the convoy evicts the page that the convoy needs last", async () => {
    const { fetch, cachedPages, pass } = await convoy(3);
    const ahead = {};
    for (const id of [1, 11, 21]) await fetch(id, ahead);
    const next = fetch(31, ahead);
    pass(260);
    await next;
    expect(cachedPages()).to.deep.equal([1, 11, 31]);
  });

  it("a reader ahead of the convoy waits until the convoy has caught up", async () => {
    const { log, fetch, cached, readers, pass } = await convoy(3);
    const ahead = {};
    for (const id of [1, 11, 21]) await fetch(id, ahead);
    const next = fetch(31, ahead);
    expect(await isSettled(next)).to.equal(false);
    for (const reader of readers) cached(31, reader);
    pass(10);
    await next;
    expect(log.asked).to.have.length(4);
  });

  it("a reader ahead of the convoy waits at most 250 ms", async () => {
    const { fetch, pass } = await convoy(3);
    const ahead = {};
    for (const id of [1, 11, 21]) await fetch(id, ahead);
    const next = fetch(31, ahead);
    pass(249);
    expect(await isSettled(next)).to.equal(false);
    pass(11);
    expect((await next).firstId).to.equal(31);
  });

  it("a reader ahead does not wait if the readers behind it are few or the cache has space", async () => {
    const few = setUp({ pages: await bytesFor(3) });
    for (let i = 0; i < 10; i++) few.cached(1, {});
    for (const id of [1, 11, 21, 31]) await few.fetch(id, {});
    expect(few.cachedPages()).to.have.length(3);
    const { fetch, cachedPages } = await convoy(20);
    for (const id of [1, 11, 21, 31]) expect(await isSettled(fetch(id))).to.equal(true);
    expect(cachedPages()).to.deep.equal([1, 11, 21, 31]);
  });
});

describe("Pages that are read ahead", () => {
  it("a page that was read ahead is cached, and read once", async () => {
    const { log, pages, fetch, cached } = setUp();
    pages.readAhead(11);
    pages.readAhead(15);
    await fetch(11);
    pages.readAhead(11);
    expect(cached(11)?.firstId).to.equal(11);
    expect(log.asked).to.deep.equal([[11, 20]]);
  });

  it("a page is not read ahead while other reads are in flight", async () => {
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

  it("reading ahead does not evict a page that the convoy needs", async () => {
    const { log, pages, fetch, cached } = setUp({ pages: await bytesFor(2) });
    const convoy = Array.from({ length: 40 }, () => ({}));
    await fetch(1);
    await fetch(11);
    for (const reader of convoy) cached(1, reader);
    pages.readAhead(21);
    await turns(3);
    expect(log.asked).to.deep.equal([
      [1, 10],
      [11, 20],
    ]);
  });

  it("a page whose read ahead failed is read again when a reader needs it", async () => {
    const { log, pages, fetch, cached } = setUp();
    log.broken = true;
    pages.readAhead(11);
    await turns(3);
    log.broken = false;
    await fetch(11);
    expect(cached(11)?.firstId).to.equal(11);
  });
});
