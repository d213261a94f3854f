import { expect } from "chai";
import { startOf } from "../../src/server/chat/join.ts";
import { DEFAULT_SIZES } from "../../src/server/common/limits.ts";
import type { Entry } from "../../src/server/log/entry.ts";
import { LogReplica } from "../../src/server/log/logReplica.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { Reader, type ReaderStart } from "../../src/server/log/reader.ts";
import type { EncodedEntry } from "../../src/server/log/segment.ts";
import { encoder, entriesOf, textsOf } from "../support/encoder.ts";
import { Gate, override } from "../support/engines.ts";
import { at } from "../support/messages.ts";
import { ModelStore } from "../support/modelStore.ts";
import { range } from "../support/storeFixture.ts";

/** Longer than any test. */
const LONG_MS = 10 * 60 * 1_000;
const [ana, bob, eve] = [1, 2, 3];

describe("LogReplica with edits and deletions", () => {
  let store: ModelStore;
  beforeEach(() => {
    store = new ModelStore();
  });

  const by = (senderId: number) => ({ sessionId: 1, senderId, sender: `user-${senderId}`, requestId: "", at: 1 });
  const send = async (...texts: string[]) => {
    for (const text of texts) {
      await store.append([{ kind: "message", ...by(ana), recipientId: 0, recipient: "", text, replyTo: 0 }]);
    }
  };
  const sendTo = (recipientId: number, text: string) =>
    store.append([{ kind: "message", ...by(ana), recipientId, recipient: `user-${recipientId}`, text, replyTo: 0 }]);
  const edit = (messageId: number, text: string) => store.append([{ kind: "edited", ...by(ana), messageId, text }]);
  const erase = (messageId: number) => store.append([{ kind: "deleted", ...by(ana), messageId }]);
  /** The entries of a notification, as they were when they were appended. */
  const notified = (after: number, to?: number) => store.log.appended.slice(after, to);

  async function open(more: { timeline?: number; through?: (real: LogStore) => LogStore } = {}) {
    const { timeline = 1_000_000, through = (real) => real } = more;
    const sizes = { ...DEFAULT_SIZES, timelineBytes: timeline, pageMessages: 4 };
    const log = await LogReplica.open(through(store), encoder, sizes, { holeTimeoutMs: LONG_MS });
    const appended: EncodedEntry[] = [];
    log.listen({ appended: (entries) => appended.push(...entries), regressed: () => {}, storeAnswers: () => {} });
    return { log, appended };
  }

  /** What a reader gets from a start to the head. */
  async function readAll(log: LogReplica, start: Partial<ReaderStart> = {}, accountId = eve) {
    const reader = new Reader(log, accountId, { after: 0, gap: false, changesAfter: 0, ...start });
    const seen: string[] = [];
    while (reader.behind) {
      const portion = reader.take();
      if (portion === undefined && reader.onPages) await log.loadPage(reader);
      if (portion === undefined || portion.bytes.length === 0) continue;
      expect(portion.messages).to.equal(entriesOf(portion.bytes).length);
      const texts = textsOf(portion.bytes);
      seen.push(
        ...entriesOf(portion.bytes).map((one) => (one.startsWith("deleted") ? one : `${one} ${texts.shift()}`)),
      );
    }
    return seen;
  }

  for (const [where, timeline] of [
    ["in the timeline", 1_000_000],
    ["on pages", 300],
  ] as const) {
    it(`a replaced or deleted text is in no chunk that is taken after the change, ${where}`, async () => {
      await send("a", "b", "c", "d", "e", "f");
      const { log } = await open({ timeline });
      expect(await readAll(log)).to.have.length(6);
      await edit(1, "A");
      await erase(2);
      await edit(1, "AA");
      log.ingest(notified(6));
      const expected = ["message 1 AA", "message 3 c", "message 4 d", "message 5 e", "message 6 f"];
      expect(await readAll(log)).to.deep.equal([...expected, "deleted 8", "edited 9 AA"]);
      expect(await readAll(log, { after: 6 })).to.deep.equal(["deleted 8", "edited 9 AA"]);
    });
  }

  it("a message that is edited and deleted in its own batch is erased", async () => {
    const { log } = await open();
    await send("a", "b");
    await edit(1, "A");
    await erase(1);
    log.ingest(notified(0));
    expect(await readAll(log)).to.deep.equal(["message 2 b", "deleted 4"]);
  });

  it("changes that arrive before their message wait for it, and are then applied", async () => {
    const { log } = await open();
    await send("a", "b");
    await edit(1, "A");
    await erase(2);
    log.ingest(notified(2));
    expect(log.headId).to.equal(0);
    log.ingest(notified(0, 2));
    expect(await readAll(log)).to.deep.equal(["message 1 A", "edited 3 A", "deleted 4"]);
    log.sync.close();
  });

  it("changes whose notification was lost are read from the store, where superseded ones are erased", async () => {
    await send("a", "b");
    const { log, appended } = await open();
    await edit(1, "A");
    await edit(1, "AA");
    await erase(2);
    await log.sync.run();
    expect(appended.map(({ kind }) => kind)).to.deep.equal(["erased", "edited", "deleted"]);
    expect(await readAll(log)).to.deep.equal(["message 1 AA", "edited 4 AA", "deleted 5"]);
  });

  it("a page that is in flight while a change arrives has the change", async () => {
    const gate = new Gate();
    await send(...range(1, 12).map((i) => `${i}`));
    const { log } = await open({
      timeline: 300,
      through: (real) =>
        override<LogStore>(real, {
          read: async (from, to) => {
            const entries: Entry[] = await real.read(from, to);
            if (from === 1) await gate.pass();
            return entries;
          },
        }),
    });
    gate.shut();
    const loaded = log.loadPage(at(0));
    await gate.entered();
    await edit(1, "new");
    await erase(2);
    log.ingest(notified(12));
    gate.open();
    await loaded;
    const { bytes } = log.take(at(0)) ?? { bytes: new Uint8Array() };
    expect(textsOf(bytes)).to.deep.equal(["new", "3", "4"]);
  });

  it("a change of a private message is seen by its two accounts alone, and every cursor moves past it", async () => {
    const { log } = await open();
    await sendTo(bob, "secret");
    await edit(1, "secret 2");
    await erase(1);
    await send("public");
    log.ingest(notified(0));
    expect(await readAll(log, {}, ana)).to.deep.equal(["deleted 3", "message 4 public"]);
    expect(await readAll(log, {}, bob)).to.deep.equal(["deleted 3", "message 4 public"]);
    expect(await readAll(log)).to.deep.equal(["message 4 public"]);
  });

  it("the listener gets the author of each entry: the account that caused it, or 0", async () => {
    const { log, appended } = await open();
    await send("a", "b");
    await edit(1, "A");
    await erase(1);
    const byServer: Entry = {
      kind: "deleted",
      id: 5,
      messageId: 2,
      senderId: ana,
      recipientId: 0,
      deletedAt: 9,
      byId: 0,
      by: "",
    };
    log.ingest([...notified(0), byServer, { kind: "erased", id: 6, at: 9 }]);
    expect(appended.map(({ authorId }) => authorId)).to.deep.equal([ana, ana, ana, ana, 0, 0]);
    expect(appended.map(({ messageId }) => messageId)).to.deep.equal([1, 2, 1, 1, 2, 0]);
    expect(appended.map(({ senderId }) => senderId)).to.deep.equal([ana, ana, ana, ana, ana, 0]);
  });

  it("newest() has the entries of the timeline as they are now, and no others", async () => {
    await send(...range(1, 12).map((i) => `${i}`));
    const { log } = await open({ timeline: 1_000 });
    await sendTo(bob, "secret");
    await erase(12);
    log.ingest(notified(12));
    expect([0, 1, 15].map((id) => log.newest(id))).to.deep.equal([undefined, undefined, undefined]);
    expect([12, 13, 14].map((id) => log.newest(id)?.kind)).to.deep.equal(["erased", "message", "deleted"]);
    expect(log.newest(13)).to.include({ senderId: ana, recipientId: bob });
  });

  it("an edit of a message that was truncated is not delivered, a deletion is", async () => {
    await send("a", "b", "c");
    const { log } = await open();
    await edit(1, "A");
    await erase(2);
    log.ingest(notified(3));
    await store.truncate(3);
    log.truncateBefore(3);
    expect(await readAll(log, { after: 2 })).to.deep.equal(["message 3 c", "deleted 5"]);
    store.log.add({ ...(store.log.appended[3] as Entry & { kind: "edited" }), id: 6 });
    log.ingest(notified(5));
    expect(await readAll(log, { after: 5 })).to.deep.equal([]);
  });

  it("after a regression, the texts are those of the new log", async () => {
    await send("a", "b");
    await edit(1, "A");
    await erase(2);
    const { log } = await open();
    store.regress(2);
    await log.sync.run();
    expect(await readAll(log)).to.deep.equal(["message 1 a", "message 2 b"]);
  });

  describe("and a join", () => {
    const join = async (log: LogReplica, how: { resumeAfter?: number; logId?: string; recent?: number }) => {
      const start = await startOf({ logId: "", recent: 0, ...how }, { log, accountId: eve, maxRecent: 100 });
      return { start, seen: await readAll(log, start) };
    };
    beforeEach(async () => {
      await send("a", "b", "c");
      await edit(1, "A");
      await erase(2);
    });

    it("a join without a cursor gets messages as they are now, and no change up to the head", async () => {
      const { log } = await open();
      const { start, seen } = await join(log, { recent: 9 });
      expect(start).to.deep.equal({ after: 0, gap: false, changesAfter: 5 });
      expect(seen).to.deep.equal(["message 1 A", "message 3 c"]);
    });

    it("a join without a cursor gets the changes after the head", async () => {
      const { log } = await open();
      const { start } = await join(log, { recent: 9 });
      await edit(3, "C");
      await erase(1);
      log.ingest(notified(5));
      expect(await readAll(log, start)).to.deep.equal(["message 3 C", "edited 6 C", "deleted 7"]);
    });

    it("`recent` counts messages only", async () => {
      const { log } = await open();
      expect((await join(log, { recent: 1 })).seen).to.deep.equal(["message 3 c"]);
      expect((await join(log, { recent: 2 })).seen).to.deep.equal(["message 1 A", "message 3 c"]);
      const { log: short } = await open({ timeline: 300 });
      expect((await join(short, { recent: 2 })).seen).to.deep.equal(["message 1 A", "message 3 c"]);
    });

    it("a join with a cursor gets the newest edit and the deletion after it", async () => {
      await edit(1, "AA");
      const { log } = await open();
      const { start, seen } = await join(log, { resumeAfter: 3 });
      expect(start.changesAfter).to.equal(0);
      expect(seen).to.deep.equal(["deleted 5", "edited 6 AA"]);
    });

    it("a join with the cursor of another log gets a gap, and then all that the log has", async () => {
      const { log } = await open();
      const { start, seen } = await join(log, { resumeAfter: 3, logId: "another" });
      expect(start).to.deep.equal({ after: 0, gap: true, changesAfter: 0 });
      expect(seen).to.deep.equal(["message 1 A", "message 3 c", "edited 4 A", "deleted 5"]);
    });
  });
});
