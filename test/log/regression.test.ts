import { expect } from "chai";
import { DEFAULT_SIZES } from "../../src/server/common/limits.ts";
import { LogReplica } from "../../src/server/log/logReplica.ts";
import type { LogState, LogStore } from "../../src/server/log/ports/logStore.ts";
import { encoder, textsOf } from "../support/encoder.ts";
import { Gate, override } from "../support/engines.ts";
import { turns, until } from "../support/eventLoop.ts";
import { ModelStore } from "../support/modelStore.ts";
import { range } from "../support/storeFixture.ts";

const MESSAGE = { kind: "message" as const, senderId: 1, sender: "ana", recipientId: 0, recipient: "", replyTo: 0 };
const DRAFT = { ...MESSAGE, sessionId: 1, requestId: "", at: 0 };
/** The position of a reader of account 1. */
const at = (cursor: number) => ({ cursor, accountId: 1, changesAfter: 0 });

describe("LogReplica after a log regression", () => {
  /** A log replica on a model store with ten messages. */
  async function setUp(more: { timeline?: number; through?: (store: LogStore) => LogStore } = {}) {
    const { timeline = DEFAULT_SIZES.timelineBytes, through = (store) => store } = more;
    const store = new ModelStore();
    const say = (...texts: string[]) => store.append(texts.map((text) => ({ ...DRAFT, text })));
    await say(...range(1, 10).map((i) => `old ${i}`));
    const log = await LogReplica.open(
      through(store),
      encoder,
      { ...DEFAULT_SIZES, timelineBytes: timeline, pageMessages: 4 },
      { holeTimeoutMs: 1 },
    );
    const appended: number[] = [];
    const regressions: string[] = [];
    log.listen({
      appended: (entries) => appended.push(...entries.map(({ id }) => id)),
      regressed: () => regressions.push(log.logId),
      storeAnswers: () => {},
    });
    /** The texts of all messages after a cursor. */
    const readFrom = async (cursor: number) => {
      const texts: string[] = [];
      while (cursor < log.headId) {
        const chunk = log.take(at(cursor));
        if (chunk === undefined) await log.loadPage(at(cursor));
        else {
          texts.push(...textsOf(chunk.bytes));
          cursor = chunk.cursor;
        }
      }
      return texts;
    };
    return { store, say, log, appended, regressions, readFrom };
  }

  /** The texts of messages 1 to `all`; the first `old` of them are from the old log. */
  const story = (old: number, all: number) => range(1, all).map((id) => `${id <= old ? "old" : "new"} ${id}`);

  for (const [where, timeline] of [
    ["in its timeline", 1_000_000],
    ["on pages", 300],
  ] as const) {
    it(`the replica has the new log id and the messages of the new log, ${where}`, async () => {
      const { store, say, log, regressions, readFrom } = await setUp({ timeline });
      expect(await readFrom(0)).to.deep.equal(story(10, 10));
      store.regress(6);
      await say(...range(7, 9).map((i) => `new ${i}`));
      await log.sync.run();
      expect([log.logId, log.headId, regressions]).to.deep.equal(["model-1", 9, ["model-1"]]);
      expect(await readFrom(0)).to.deep.equal(story(6, 9));
    });
  }

  it("the listener is told once of a regression, and once of each message of the new log", async () => {
    const { store, log, appended, regressions } = await setUp();
    store.regress(6);
    await Promise.all([log.sync.run(), log.sync.run()]);
    await log.sync.run();
    expect(regressions).to.deep.equal(["model-1"]);
    expect(appended).to.deep.equal(range(1, 6));
  });

  it("the timeline has as many messages after a regression as before", async () => {
    const { store, say, log } = await setUp({ timeline: 1_000 });
    const count = log.headId - log.timeline.firstId + 1;
    expect(count).to.be.within(2, 8);
    store.regress(9);
    await say("new 10");
    await log.sync.run();
    expect([log.timeline.firstId, log.headId]).to.deep.equal([10 - count + 1, 10]);
  });

  it("the replica takes over the oldest id of the new log, whether that is lower or higher than before", async () => {
    const { store, log } = await setUp();
    await store.truncate(5);
    await log.sync.run();
    expect(log.oldestId).to.equal(5);
    store.regress(8);
    store.log.oldestId = 2;
    await log.sync.run();
    expect([log.oldestId, log.timeline.firstId]).to.deep.equal([2, 3]);
    store.regress(4);
    store.log.oldestId = 5;
    await log.sync.run();
    expect([log.oldestId, log.headId]).to.deep.equal([5, 4]);
  });

  it("the replica tells the store the newest id that it has seen, also in the out-of-order buffer", async () => {
    let told: Pick<LogState, "logId" | "headId"> | undefined;
    const { log } = await setUp({
      through: (store) =>
        override<LogStore>(store, {
          state: (seen) => {
            told = seen;
            return store.state(seen);
          },
        }),
    });
    log.ingest([{ ...MESSAGE, id: 13, text: "early", sentAt: 0, editId: 0, editedAt: 0 }]);
    expect(log.headId).to.equal(10);
    await log.sync.run();
    expect(told).to.deep.equal({ logId: "model", headId: 13 });
    log.sync.close();
  });

  it("the replica tells the store what it has seen, so that the store can detect a regression", async () => {
    const told: (Pick<LogState, "logId" | "headId"> | undefined)[] = [];
    const { log, say } = await setUp({
      through: (store) =>
        override<LogStore>(store, {
          state: (seen) => {
            told.push(seen);
            return store.state(seen);
          },
        }),
    });
    await say("old 11");
    await log.sync.run();
    await log.sync.run();
    expect(told).to.deep.equal([undefined, { logId: "model", headId: 10 }, { logId: "model", headId: 11 }]);
  });

  it("a page that is in flight during a regression is not cached", async () => {
    const gate = new Gate();
    const { store, say, log, readFrom } = await setUp({
      timeline: 300,
      through: (real) =>
        override<LogStore>(real, {
          read: async (from, to) => {
            const entries = await real.read(from, to);
            // Holds back only the read of the page, not the reads that fill the timeline.
            if (to === 8) await gate.pass();
            return entries;
          },
        }),
    });
    gate.shut();
    const fetched = log.loadPage(at(4));
    await gate.entered();
    store.regress(6);
    await say(...range(7, 12).map((i) => `new ${i}`));
    await log.sync.run();
    gate.open();
    await fetched;
    expect(await readFrom(0)).to.deep.equal(story(6, 12));
  });

  it("messages that a sync reads during a regression are discarded", async () => {
    const gate = new Gate();
    const { store, say, log, appended, readFrom } = await setUp({
      through: (real) =>
        override<LogStore>(real, {
          read: async (from, to) => {
            const entries = await real.read(from, to);
            if (from === 11) await gate.pass();
            return entries;
          },
        }),
    });
    await say("old 11");
    gate.shut();
    const caughtUp = log.sync.run();
    await gate.entered();
    // A reader whose page is missing discovers the regression while the sync is still reading. The new timeline begins
    // at 11, so that the old message 11 would fit into it.
    store.regress(10);
    store.log.oldestId = 11;
    await log.loadPage(at(0));
    gate.open();
    await caughtUp;
    await say("new 11");
    await log.sync.run();
    expect(log.headId).to.equal(11);
    expect(appended).to.deep.equal([11]);
    expect(await readFrom(10)).to.deep.equal(["new 11"]);
  });

  it("a late answer of the old log does not undo a regression", async () => {
    const gate = new Gate();
    let isHeld = false;
    const { store, log, regressions } = await setUp({
      through: (real) =>
        override<LogStore>(real, {
          state: async (seen) => {
            const state = await real.state(seen);
            if (isHeld) await gate.pass();
            return state;
          },
        }),
    });
    gate.shut();
    isHeld = true;
    const caughtUp = log.sync.run();
    await gate.entered();
    isHeld = false;
    store.regress(6);
    // A second call of `state`, for a reader whose page is missing, is answered before the first.
    await log.loadPage(at(20)).catch(() => {});
    expect(regressions).to.deep.equal(["model-1"]);
    gate.open();
    await caughtUp;
    expect([log.logId, log.headId, regressions]).to.deep.equal(["model-1", 6, ["model-1"]]);
  });

  it("a regression clears the out-of-order buffer", async () => {
    const { store, say, log, readFrom } = await setUp();
    await say("old 11", "old 12");
    log.ingest(store.log.entries.slice(11));
    store.regress(6);
    await say(...range(7, 11).map((i) => `new ${i}`));
    await log.sync.run();
    await turns(3);
    await until(() => log.headId === 11, "the log to catch up");
    expect(await readFrom(0)).to.deep.equal(story(6, 11));
  });
});
