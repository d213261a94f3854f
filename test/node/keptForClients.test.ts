import { expect } from "chai";
import type { SessionStore } from "../../src/server/accounts/ports/sessionStore.ts";
import { RevokedSessions } from "../../src/server/accounts/revokedSessions.ts";
import { RateLimiter } from "../../src/server/chat/rateLimiter.ts";
import type { Stream } from "../../src/server/chat/stream.ts";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { LocalBus } from "../../src/server/engines/memory/index.ts";
import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import { enter, openNode, sessionOf } from "../support/chatNode.ts";
import { Gate, withPort } from "../support/engines.ts";
import { until } from "../support/eventLoop.ts";
import { useFolder } from "../support/folder.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { manualStopwatch } from "../support/stopwatch.ts";
import { draft, enlist, type Person, range, useStore } from "../support/storeFixture.ts";

const AT_ONCE = 500;

/** Opens a stream whose wire takes everything, and says of nothing that it has left. */
function enterAndIgnore(room: ChatNode, person: Person): Promise<Stream> {
  return room.enter(sessionOf(person), { send: () => {}, end: () => {}, reset: () => {} });
}

/**
 * What a client can make grow has a bound that is reached here; other bounds are reached in the tests of their own
 * parts.
 */
describe("Memory kept for clients", function () {
  this.timeout(300_000);
  const store = useStore(sqliteFixture);

  for (const { readers, tag } of [
    { readers: 5_000, tag: "" },
    { readers: 100_000, tag: " @long" },
  ]) {
    it(`${readers} streams that end while they read pages leave nothing behind${tag}`, async () => {
      const ana = await enlist(store, "ana");
      for (let i = 0; i < 20; i++)
        await store.log.append(range(1, 500).map((j) => draft(ana, `${i} ${j}`.padEnd(200))));
      const { node: room } = await openNode(store, { sizes: { timelineBytes: 10_000 } });
      for (let done = 0; done < readers; done += AT_ONCE) {
        const streams = await Promise.all(range(1, AT_ONCE).map(() => enterAndIgnore(room, ana)));
        // They take their welcome, and then nothing more.
        for (const stream of streams) stream.flushed();
        for (const [i, stream] of streams.entries()) {
          await stream.receive("", { kind: "join", logId: "", recent: 0, resumeAfter: (i % 30) * 256 });
        }
        await until(() => room.kept().readersOnPages === AT_ONCE, "all to be on pages");
        for (const stream of streams) stream.closed();
        const { readersOnPages } = room.kept();
        expect({ streams: room.stats().streams, readersOnPages }).to.deep.equal({ streams: 0, readersOnPages: 0 });
      }
      await until(() => room.kept().pagesLoading === 0, "the reads that were in flight to end");
      await room.close();
    });
  }

  it("pages that only ended streams have waited for are not read", async () => {
    const ana = await enlist(store, "ana");
    for (let i = 0; i < 20; i++) await store.log.append(range(1, 500).map((j) => draft(ana, `${i} ${j}`.padEnd(200))));
    const gate = new Gate();
    const { node: room } = await openNode(store, {
      sizes: { timelineBytes: 10_000 },
      through: (engines) =>
        withPort(engines, "log", {
          read: async (from, to) => {
            await gate.pass();
            return engines.log.read(from, to);
          },
        }),
    });
    gate.shut();
    const before = room.stats().pageReads;
    const sinks = await Promise.all(
      range(0, 29).map(async (page) => {
        const sink = await enter(room, ana);
        await sink.stream.receive("", { kind: "join", logId: "", recent: 0, resumeAfter: page * 256 });
        return sink;
      }),
    );
    await until(() => room.kept().pagesLoading === 30, "each to want a page of its own");
    for (const sink of sinks) sink.stream.closed();
    // Two are in flight, and cannot be called back.
    expect(room.kept().pagesLoading).to.equal(2);
    gate.open();
    await until(() => room.kept().pagesLoading === 0, "the reads that were in flight to end");
    expect(room.stats().pageReads - before).to.equal(2);
    await room.close();
  });
});

describe("Memory kept by the parts of a node", () => {
  it("RevokedSessions keeps 10,000 of 100,000 sessions that end at once", () => {
    const watch = new RevokedSessions({} as SessionStore, 60_000);
    watch.add(range(1, 60_000));
    watch.add(range(60_001, 100_000));
    expect(watch.size).to.equal(10_000);
    expect([90_000, 90_001, 100_000].map((id) => watch.has(id))).to.deep.equal([false, true, true]);
  });

  it("the rate limiter drops full buckets: 100,000 accounts that send one after the other leave at most 1,024", async () => {
    const stopwatch = manualStopwatch();
    const rate = new RateLimiter({ messagesPerSecond: 10, burst: 20 }, stopwatch);
    let most = 0;
    for (const accountId of range(1, 100_000)) {
      expect(await rate.take(accountId)).to.equal(0);
      rate.settle(accountId, true);
      stopwatch.advance(1);
      most = Math.max(most, rate.size);
    }
    expect(most).to.equal(1_024);
    expect(await rate.take(1)).to.equal(0);
  });

  it("the local bus keeps no handler that has unsubscribed", () => {
    const bus = new LocalBus();
    let heard = 0;
    for (const _ of range(1, 100_000)) bus.subscribe(() => (heard += 1))();
    bus.publish({ kind: "presence" });
    expect(heard).to.equal(0);
  });
});

describe("The job queue of an SQLite worker", () => {
  const folder = useFolder();

  it("an SQLite store refuses the last of 100,001 calls at once and answers the others", async function () {
    this.timeout(60_000);
    const store = await openSqliteStore({ folder: folder.path });
    const finds = range(1, 100_000).map(() => store.accounts.find("nobody"));
    const refused = await store.accounts.find("nobody").catch((error) => error);
    expect(refused).to.be.instanceOf(StoreUnavailable);
    expect(new Set(await Promise.all(finds))).to.deep.equal(new Set([undefined]));
    await store.close();
  });
});
