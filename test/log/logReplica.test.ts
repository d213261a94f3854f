import { expect } from "chai";
import { DEFAULT_SIZES } from "../../src/server/common/limits.ts";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { LogReplica } from "../../src/server/log/logReplica.ts";
import type { Message } from "../../src/server/log/message.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { encoder, idsOf } from "../support/encoder.ts";
import { Gate, gatedResults, override } from "../support/engines.ts";
import { turns, until } from "../support/eventLoop.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, enlist, headOf, type Person, range, useStore } from "../support/storeFixture.ts";

/** The log of a node, beside others that append to the same store. */
/** A reader that may see the public messages. */
const at = (cursor: number) => ({ cursor, accountId: 0 });

describe("LogReplica", () => {
  const store = useStore(sqliteFixture);
  let ana: Person;
  /** What was in the store before the test. */
  let base: number;
  beforeEach(async () => {
    ana = await enlist(store, "ana");
    base = await headOf(store.log);
  });

  /** Appends so many messages past this node; resolves with them, as the bus would bring them. */
  async function append(count: number): Promise<Message[]> {
    const head = await headOf(store.log);
    await store.log.append(range(1, count).map((i) => draft(ana, `text ${i}`)));
    return store.log.read(head + 1, head + count);
  }

  async function open(
    more: { page?: number; timeline?: number; hole?: number; through?: (log: LogStore) => LogStore } = {},
  ) {
    const { through = (log) => log, page = 4, timeline = 1_000_000, hole = 1 } = more;
    const appended: number[] = [];
    const answers: boolean[] = [];
    const log = await LogReplica.open(
      through(store.log),
      encoder,
      { ...DEFAULT_SIZES, pageMessages: page, timelineBytes: timeline },
      { holeTimeoutMs: hole },
    );
    log.listen({
      appended: (entries) => appended.push(...entries.map(({ id }) => id - base)),
      regressed: () => {},
      storeAnswers: (does) => answers.push(does),
    });
    return { log, appended, answers };
  }

  /** The messages that a reader with the cursor `after` gets. */
  async function readFrom(log: LogReplica, after: number): Promise<number[]> {
    const ids: number[] = [];
    while (after < log.headId) {
      const batch = log.take(at(after));
      if (batch === undefined) await log.loadPage(at(after));
      else {
        ids.push(...(batch.bytes.length > 0 ? idsOf(batch.bytes) : []));
        after = batch.cursor;
      }
    }
    return ids.map((id) => id - base);
  }

  it("a replica opens with the newest part of the log in its timeline, and reads the rest from there", async () => {
    await append(50);
    const { log } = await open({ timeline: 2_000 });
    expect(log.headId).to.equal(base + 50);
    expect(log.timeline.firstId).to.be.within(base + 30, base + 45);
    expect(await readFrom(log, base)).to.deep.equal(range(1, 50));
  });

  it("a replica opens with the whole log if it is short", async () => {
    await store.log.truncate(base + 1);
    await append(3);
    const { log } = await open();
    expect([log.timeline.firstId, log.headId, log.oldestId]).to.deep.equal([base + 1, base + 3, base + 1]);
  });

  it("a replica opens empty if the whole log was truncated", async () => {
    await append(3);
    await store.log.truncate(base + 4);
    const { log } = await open();
    expect([log.headId, log.oldestId]).to.deep.equal([base + 3, base + 4]);
    log.ingest(await append(1));
    expect(await readFrom(log, base + 3)).to.deep.equal([4]);
  });

  /** A log that counts how often the store is asked for anything, once it is open. */
  async function openCounting(hole = 1) {
    let asked = 0;
    const opened = await open({
      hole,
      through: (real) =>
        override<LogStore>(real, {
          read: async (from, to) => {
            asked += 1;
            return real.read(from, to);
          },
          state: async () => {
            asked += 1;
            return real.state();
          },
        }),
    });
    asked = 0;
    return { ...opened, asked: () => asked };
  }

  /** Longer than any test. */
  const LONG = 10 * 60 * 1_000;

  it("a replica opens with the messages that are kept if another node truncates the log meanwhile", async () => {
    await append(40);
    for (const oldest of [10, 14, 41]) {
      let reads = 0;
      const { log } = await open({
        through: (real) =>
          override<LogStore>(real, {
            read: async (from, to) => {
              reads += 1;
              if (reads === 3) await real.truncate(base + oldest);
              return real.read(from, to);
            },
          }),
      });
      await log.sync.run();
      expect([log.oldestId, log.headId], `${oldest}`).to.deep.equal([base + oldest, base + 40]);
      expect(await readFrom(log, base + oldest - 1)).to.deep.equal(range(oldest, 40));
    }
  });

  it("a batch that follows the head is taken without a read from the store", async () => {
    const { log, appended, asked } = await openCounting();
    const [first, second] = [await append(3), await append(2)];
    for (const batch of [first, first, second, second]) log.ingest(batch);
    expect(log.headId).to.equal(base + 5);
    expect(appended).to.deep.equal(range(1, 5));
    expect(asked()).to.equal(0);
  });

  it("the new messages of an overlapping batch are taken without a read from the store", async () => {
    const { log, appended, asked } = await openCounting();
    const batch = await append(5);
    log.ingest(batch.slice(0, 2));
    log.ingest(batch);
    expect(appended).to.deep.equal(range(1, 5));
    expect(asked()).to.equal(0);
  });

  it("an early batch waits for the messages before it, without a read from the store", async () => {
    const { log, appended, asked } = await openCounting(LONG);
    const [first, second, third] = [await append(3), await append(1), await append(2)];
    log.ingest(third);
    log.ingest(second);
    log.sync.noteHead(base + 6);
    expect(log.headId).to.equal(base);
    log.ingest(first);
    expect(appended).to.deep.equal(range(1, 6));
    await turns(3);
    expect(asked()).to.equal(0);
    log.sync.close();
  });

  it("messages that do not arrive in time are read from the store, and the early batch is taken as it is", async () => {
    const { log, appended } = await open({ hole: 1 });
    await append(2);
    log.ingest(await append(2));
    await append(1);
    log.ingest(await append(2));
    await until(() => log.headId === base + 7, "the log to catch up");
    expect(appended).to.deep.equal(range(1, 7));
  });

  it("the store is read at once if more messages arrive early than the buffer holds", async () => {
    const { log, appended } = await open({ hole: LONG });
    await append(1);
    for (let i = 0; i < 200; i++) log.ingest(await append(1));
    await until(() => log.headId === base + 201, "the log to catch up");
    expect(appended).to.deep.equal(range(1, 201));
    log.sync.close();
  });

  it("noteHead() reads a message from the store that no batch has brought", async () => {
    const { log, appended } = await open({ hole: LONG });
    const [first, second] = [await append(1), await append(1)];
    log.sync.noteHead(base + 2);
    await until(() => log.headId === base + 2, "the log to catch up");
    log.ingest(first);
    log.ingest(second);
    expect(appended).to.deep.equal([1, 2]);
  });

  it("messages whose notification was lost are read from the store", async () => {
    const { log, appended } = await open();
    await append(9);
    log.ingest(await append(2));
    await until(() => log.headId === base + 11, "the log to catch up");
    expect(appended).to.deep.equal(range(1, 11));
    expect(await readFrom(log, base)).to.deep.equal(range(1, 11));
  });

  it("each message is taken once, whether notifications are late, doubled or overlapping", async () => {
    const { log, appended } = await open();
    const [first, second, third] = [await append(3), await append(3), await append(3)];
    log.ingest(second);
    log.ingest(first);
    log.ingest(first);
    log.ingest([...first.slice(1), ...second]);
    log.ingest([...second, ...third]);
    log.ingest([]);
    await until(() => log.headId === base + 9, "the log to catch up");
    await turns(3);
    expect(appended).to.deep.equal(range(1, 9));
  });

  it("messages that the bus brings during a sync are taken, and none twice", async () => {
    const gate = new Gate();
    const { log, appended } = await open({
      through: (real) => gatedResults(real, gate, "read"),
    });
    const first = await append(1);
    await append(2);
    gate.shut();
    const caughtUp = log.sync.run();
    await gate.entered();
    log.ingest(first);
    expect(log.headId).to.equal(base + 1);
    gate.open();
    await caughtUp;
    expect(appended).to.deep.equal([1, 2, 3]);
  });

  it("one more sync serves all calls that come during a sync", async () => {
    const gate = new Gate();
    let asked = 0;
    const { log } = await open({
      through: (real) =>
        override<LogStore>(real, {
          state: async () => {
            asked += 1;
            const state = await real.state();
            await gate.pass();
            return state;
          },
        }),
    });
    gate.shut();
    const first = log.sync.run();
    await gate.entered();
    await append(3);
    const others = range(1, 50).map(() => log.sync.run());
    gate.open();
    await first;
    await Promise.all(others);
    expect(log.headId).to.equal(base + 3);
    expect(asked, "with that at the opening").to.equal(3);
  });

  it("a message that is appended during a sync is not missed", async () => {
    const gate = new Gate();
    const { log } = await open({
      through: (real) => gatedResults(real, gate, "read", "state"),
    });
    gate.shut();
    const caughtUp = log.sync.run();
    await gate.entered();
    await append(1);
    log.ingest(await append(1));
    gate.open();
    await caughtUp;
    await until(() => log.headId === base + 2, "the log to catch up");
  });

  it("a sync continues after messages that were truncated, however many", async () => {
    const { log, appended } = await open();
    log.ingest(await append(2));
    await append(40);
    await store.log.truncate(base + 40);
    await log.sync.run();
    expect([log.oldestId, log.headId]).to.deep.equal([base + 40, base + 42]);
    expect(appended).to.deep.equal([1, 2, 40, 41, 42]);
    expect(await readFrom(log, log.oldestId - 1)).to.deep.equal([40, 41, 42]);
  });

  it("a sync is retried while the store is away, and the listener is told once of each change", async () => {
    let broken = false;
    const failed = Promise.withResolvers<void>();
    const { log, answers } = await open({
      through: (real) =>
        override<LogStore>(real, {
          state: async () => {
            if (!broken) return real.state();
            failed.resolve();
            throw new StoreUnavailable("the disk is away");
          },
        }),
    });
    await append(1);
    broken = true;
    log.ingest(await append(1));
    await failed.promise;
    expect(log.headId).to.equal(base);
    await until(() => !log.sync.storeAnswers, "the log to tell that the store is away");
    await log.sync.run().catch(() => {});
    expect(answers).to.deep.equal([false]);
    broken = false;
    await until(() => log.headId === base + 2, "the log to catch up");
    await log.sync.run();
    expect(log.sync.storeAnswers).to.equal(true);
    expect(answers).to.deep.equal([false, true]);
  });

  it("recent() asks the store if the timeline does not reach back far enough", async () => {
    await append(30);
    const { log } = await open({ timeline: 2_000 });
    expect(log.timeline.firstId).to.be.above(base + 5);
    expect(await log.recent(ana.accountId, 1)).to.equal(base + 30);
    expect(await log.recent(ana.accountId, 30)).to.equal(base + 1);
  });

  it("a replica detects the truncation of a page if the notification of it was lost", async () => {
    await append(60);
    for (const [id, oldest] of [
      [1, 2],
      [2, 30],
      [30, 50],
    ] as const) {
      const { log } = await open({ timeline: 500 });
      await store.log.truncate(base + oldest);
      await log.loadPage(at(base + id - 1));
      expect(log.oldestId, `${id}`).to.equal(base + oldest);
    }
  });

  it("truncated messages are not cached", async () => {
    await append(60);
    const { log } = await open({ timeline: 500 });
    await log.loadPage(at(base));
    await log.loadPage(at(base + 9));
    await store.log.truncate(base + 10);
    log.truncateBefore(base + 10);
    expect(log.oldestId).to.equal(base + 10);
    expect(log.take(at(base))).to.equal(undefined);
    expect(await readFrom(log, base + 9)).to.deep.equal(range(10, 60));
    log.truncateBefore(base + 5);
    expect(log.oldestId, "it never goes back").to.equal(base + 10);
  });

  it("a page is read once, however many readers need it", async () => {
    await append(60);
    const { log } = await open({ timeline: 500 });
    await Promise.all(range(1, 100).map(() => log.loadPage(at(base))));
    expect(log.pages.reads).to.equal(1);
  });

  it("loadPage() throws StoreUnavailable if the page cannot be read", async () => {
    await append(60);
    let broken = false;
    const { log } = await open({
      timeline: 500,
      through: (real) =>
        override<LogStore>(real, {
          read: async (from, to) => {
            if (broken) throw new StoreUnavailable("the disk is away");
            return real.read(from, to);
          },
        }),
    });
    broken = true;
    expect(await log.loadPage(at(base)).catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    broken = false;
    await log.loadPage(at(base));
    expect(idsOf(log.take(at(base))?.bytes ?? new Uint8Array())[0]).to.equal(base + 1);
  });
});
