import { expect } from "chai";
import { contentOf, messageOf } from "../../../src/server/log/ports/logStore.ts";
import {
  draft,
  enlist,
  headOf,
  idsAfter,
  messagesAfter,
  type NewStoreFixture,
  NOON,
  newTokenHash,
  post,
  range,
  readAfter,
  signIn,
  useEmptyStore,
  useStore,
} from "../../support/storeFixture.ts";

/** `append`: the ids and the order of entries, and the drafts of ended sessions. */
export function describeAppending(newFixture: NewStoreFixture): void {
  describe("A new log", () => {
    const store = useEmptyStore(newFixture);

    it("a new log is empty, and gives dense ids from 1 on over all batches", async () => {
      const { logId, ...ends } = await store.log.state();
      expect(logId).to.be.a("string").and.not.equal("");
      expect(ends).to.deep.equal({ headId: 0, oldestId: 1 });
      expect(await store.log.read(0, 9)).to.deep.equal([]);

      const ana = await enlist(store, "ana");
      for (const size of [1, 3, 1, 2]) await store.log.append(range(1, size).map((i) => draft(ana, `text ${i}`)));
      expect(await idsAfter(store.log, 0)).to.deep.equal(range(1, 7));
      expect(await store.log.state()).to.deep.equal({ logId, headId: 7, oldestId: 1 });
    });

    it("a new log has a log id of its own", async () => {
      const other = await newFixture();
      const log = await other.open();
      const ids = [(await store.log.state()).logId, (await log.log.state()).logId];
      await log.close();
      await other.remove();
      expect(ids[0]).to.not.equal(ids[1]);
    });
  });

  describe("append", () => {
    const store = useStore(newFixture);

    it("append resolves with the results in the order of the drafts", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      const outcomes = await store.log.append(["a", "b", "c"].map((text, i) => draft(ana, text, { at: NOON + i })));
      expect(outcomes).to.deep.equal(
        ["a", "b", "c"].map((text, i) => {
          return { kind: "appended", entry: messageOf(draft(ana, text), head + 1 + i, NOON + i) };
        }),
      );
    });

    it("appends are carried out one at a time, in the order of calling", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      const batches = range(1, 30).map((i) => range(1, (i % 3) + 1).map((j) => draft(ana, `${i}.${j}`)));
      const outcomes = (await Promise.all(batches.map((batch) => store.log.append(batch)))).flat();
      const ids = outcomes.map((outcome) => outcome.kind === "appended" && outcome.entry.id);
      expect(ids).to.deep.equal(range(head + 1, head + 60));
      const texts = (await messagesAfter(store.log, head)).map(({ text }) => text);
      expect(texts).to.deep.equal(batches.flat().map(({ text }) => text));
    });

    it("a message is readable after its append has resolved", async () => {
      const ana = await enlist(store, "ana");
      for (const i of range(1, 20)) {
        const hello = draft(ana, `text ${i}`, { requestId: `r${i}` });
        const id = await post(store.log, hello);
        const [head, read, known] = await Promise.all([
          headOf(store.log),
          store.log.read(id, id),
          store.log.find(ana.accountId, `r${i}`, contentOf(hello)),
        ]);
        expect([head, read[0]?.id]).to.deep.equal([id, id]);
        expect(known).to.include({ kind: "duplicate", id });
      }
    });

    it("a reader that sees an id sees all earlier ids", async () => {
      const ana = await enlist(store, "ana");
      const before = await headOf(store.log);
      let done = false;
      const appends = Promise.all(
        range(1, 40).map((i) => store.log.append(range(1, 5).map((j) => draft(ana, `${i}.${j}`)))),
      ).finally(() => {
        done = true;
      });
      while (!done) {
        const head = await headOf(store.log);
        const seen = await store.log.read(before + 1, before + 1_000);
        expect(seen.map(({ id }) => id)).to.deep.equal(range(before + 1, before + seen.length));
        expect(before + seen.length).to.be.at.least(head);
      }
      await appends;
      expect(await idsAfter(store.log, before)).to.deep.equal(range(before + 1, before + 200));
    });

    it("a batch may have a thousand messages", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      await store.log.append(range(1, 1_000).map((i) => draft(ana, `${i} `.padEnd(2_000, "x"))));
      expect(await idsAfter(store.log, head)).to.deep.equal(range(head + 1, head + 1_000));
    });

    it("a draft of an ended session is not appended, and leaves no gap in the ids", async () => {
      const ana = await enlist(store, "ana");
      const ended = await signIn(store, ana);
      const head = await headOf(store.log);
      await store.sessions.end(ended.sessionId, false);
      const outcomes = await store.log.append([draft(ana, "1"), draft(ended, "never"), draft(ana, "2")]);
      expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["appended", "session-ended", "appended"]);
      await post(store.log, draft(ana, "3"));
      expect((await messagesAfter(store.log, head)).map(({ id, text }) => [id - head, text])).to.deep.equal([
        [1, "1"],
        [2, "2"],
        [3, "3"],
      ]);
    });

    it("a draft of an unknown or purged session is not appended", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      const { id: purged } = await store.sessions.open({
        tokenHash: newTokenHash(),
        accountId: ana.accountId,
        at: NOON,
        expiresAt: NOON + 10,
      });
      await store.sessions.purge(NOON + 20, 0);
      const outcomes = await store.log.append([
        draft({ ...ana, sessionId: purged + 1_000 }, "never was"),
        draft({ ...ana, sessionId: purged }, "purged"),
      ]);
      expect(outcomes).to.deep.equal([{ kind: "session-ended" }, { kind: "session-ended" }]);
      expect(await headOf(store.log)).to.equal(head);
    });

    it("no draft of a session is appended after its end has resolved, even with appends in flight", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      const appendAll = () => Promise.all(range(1, 20).map((i) => store.log.append([draft(ana, `${i}`)])));
      const before = appendAll();
      const end = store.sessions.end(ana.sessionId, false);
      const meanwhile = appendAll();
      await end;
      const after = await appendAll();
      expect(after.flat().map(({ kind }) => kind)).to.deep.equal(range(1, 20).map(() => "session-ended"));
      const appended = [...(await before), ...(await meanwhile)].flat().filter(({ kind }) => kind === "appended");
      expect(await idsAfter(store.log, head)).to.deep.equal(range(head + 1, head + appended.length));
    });

    it("a log survives a restart of the store, with the same log id", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const head = await headOf(store.log);
      await store.log.append([draft(ana, "to all"), draft(ana, "to bob", { to: bob, requestId: "r" })]);
      const before = { state: await store.log.state(), entries: await readAfter(store.log, head) };
      expect(before.entries).to.have.length(2);
      await store.reopen();
      expect({ state: await store.log.state(), entries: await readAfter(store.log, head) }).to.deep.equal(before);
      expect(await post(store.log, draft(bob, "thanks"))).to.equal(head + 3);
    });
  });
}
