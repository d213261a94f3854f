import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { idsOf } from "../support/encoder.ts";
import { override } from "../support/engines.ts";
import { turns, until } from "../support/eventLoop.ts";
import { range } from "../support/storeFixture.ts";
import { at, ReplicatedStore } from "./openReplica.ts";

/** Longer than any test. */
const LONG_MS = 10 * 60 * 1_000;

describe("LogReplica", () => {
  const store = new ReplicatedStore();

  /** Opens a replica, and counts its calls of the store from then on. */
  async function openCounting(hole = 1) {
    let calls = 0;
    const opened = await store.open({
      hole,
      through: (real) =>
        override<LogStore>(real, {
          read: async (from, to) => {
            calls += 1;
            return real.read(from, to);
          },
          state: async () => {
            calls += 1;
            return real.state();
          },
        }),
    });
    calls = 0;
    return { ...opened, calls: () => calls };
  }

  it("a replica opens with the newest part of the log in its timeline, and reads the rest from there", async () => {
    await store.append(50);
    const { log } = await store.open({ timeline: 2_000 });
    expect(log.headId).to.equal(store.base + 50);
    expect(log.timeline.firstId).to.be.within(store.base + 30, store.base + 45);
    expect(await store.readFrom(log, store.base)).to.deep.equal(range(1, 50));
  });

  it("a replica opens with the whole log if it is short", async () => {
    await store.log.truncate(store.base + 1);
    await store.append(3);
    const { log } = await store.open();
    expect([log.timeline.firstId, log.headId, log.oldestId]).to.deep.equal([
      store.base + 1,
      store.base + 3,
      store.base + 1,
    ]);
  });

  it("a replica opens empty if the whole log was truncated", async () => {
    await store.append(3);
    await store.log.truncate(store.base + 4);
    const { log } = await store.open();
    expect([log.headId, log.oldestId]).to.deep.equal([store.base + 3, store.base + 4]);
    log.ingest(await store.append(1));
    expect(await store.readFrom(log, store.base + 3)).to.deep.equal([4]);
  });

  it("a replica opens with the messages that are kept if another node truncates the log meanwhile", async () => {
    await store.append(40);
    for (const oldest of [10, 14, 41]) {
      let reads = 0;
      const { log } = await store.open({
        through: (real) =>
          override<LogStore>(real, {
            read: async (from, to) => {
              reads += 1;
              if (reads === 3) await real.truncate(store.base + oldest);
              return real.read(from, to);
            },
          }),
      });
      await log.sync.run();
      expect([log.oldestId, log.headId], `${oldest}`).to.deep.equal([store.base + oldest, store.base + 40]);
      expect(await store.readFrom(log, store.base + oldest - 1)).to.deep.equal(range(oldest, 40));
    }
  });

  it("a batch that follows the head is taken without a read from the store", async () => {
    const { log, appended, calls } = await openCounting();
    const [first, second] = [await store.append(3), await store.append(2)];
    for (const batch of [first, first, second, second]) log.ingest(batch);
    expect(log.headId).to.equal(store.base + 5);
    expect(appended).to.deep.equal(range(1, 5));
    expect(calls()).to.equal(0);
  });

  it("the new messages of an overlapping batch are taken without a read from the store", async () => {
    const { log, appended, calls } = await openCounting();
    const batch = await store.append(5);
    log.ingest(batch.slice(0, 2));
    log.ingest(batch);
    expect(appended).to.deep.equal(range(1, 5));
    expect(calls()).to.equal(0);
  });

  it("an early batch waits for the messages before it, without a read from the store", async () => {
    const { log, appended, calls } = await openCounting(LONG_MS);
    const [first, second, third] = [await store.append(3), await store.append(1), await store.append(2)];
    log.ingest(third);
    log.ingest(second);
    log.sync.noteHead(store.base + 6);
    expect(log.headId).to.equal(store.base);
    log.ingest(first);
    expect(appended).to.deep.equal(range(1, 6));
    await turns(3);
    expect(calls()).to.equal(0);
    log.sync.close();
  });

  it("each message is taken once, whether notifications are late, doubled or overlapping", async () => {
    const { log, appended } = await store.open();
    const [first, second, third] = [await store.append(3), await store.append(3), await store.append(3)];
    log.ingest(second);
    log.ingest(first);
    log.ingest(first);
    log.ingest([...first.slice(1), ...second]);
    log.ingest([...second, ...third]);
    log.ingest([]);
    await until(() => log.headId === store.base + 9, "the log to catch up");
    await turns(3);
    expect(appended).to.deep.equal(range(1, 9));
  });

  it("recent() asks the store if the timeline does not reach back far enough", async () => {
    await store.append(30);
    const { log } = await store.open({ timeline: 2_000 });
    expect(log.timeline.firstId).to.be.above(store.base + 5);
    expect(await log.recent(store.sender.accountId, 1)).to.equal(store.base + 30);
    expect(await log.recent(store.sender.accountId, 30)).to.equal(store.base + 1);
  });

  it("a replica detects the truncation of a page if the notification of it was lost", async () => {
    await store.append(60);
    for (const [id, oldest] of [
      [1, 2],
      [2, 30],
      [30, 50],
    ] as const) {
      const { log } = await store.open({ timeline: 500 });
      await store.log.truncate(store.base + oldest);
      await log.loadPage(at(store.base + id - 1));
      expect(log.oldestId, `${id}`).to.equal(store.base + oldest);
    }
  });

  it("truncated messages are not cached", async () => {
    await store.append(60);
    const { log } = await store.open({ timeline: 500 });
    await log.loadPage(at(store.base));
    await log.loadPage(at(store.base + 9));
    await store.log.truncate(store.base + 10);
    log.truncateBefore(store.base + 10);
    expect(log.oldestId).to.equal(store.base + 10);
    expect(log.take(at(store.base))).to.equal(undefined);
    expect(await store.readFrom(log, store.base + 9)).to.deep.equal(range(10, 60));
    log.truncateBefore(store.base + 5);
    expect(log.oldestId, "it never decreases").to.equal(store.base + 10);
  });

  it("a page is read once, however many readers need it", async () => {
    await store.append(60);
    const { log } = await store.open({ timeline: 500 });
    await Promise.all(range(1, 100).map(() => log.loadPage(at(store.base))));
    expect(log.pages.reads).to.equal(1);
  });

  it("loadPage() throws StoreUnavailable if the page cannot be read", async () => {
    await store.append(60);
    let broken = false;
    const { log } = await store.open({
      timeline: 500,
      through: (real) =>
        override<LogStore>(real, {
          read: async (from, to) => {
            if (broken) throw new StoreUnavailable("the disk is unavailable");
            return real.read(from, to);
          },
        }),
    });
    broken = true;
    expect(await log.loadPage(at(store.base)).catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    broken = false;
    await log.loadPage(at(store.base));
    expect(idsOf(log.take(at(store.base))?.bytes ?? new Uint8Array())[0]).to.equal(store.base + 1);
  });
});
