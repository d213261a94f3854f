import { expect } from "chai";
import fc from "fast-check";
import {
  draft,
  enlist,
  headOf,
  idsAfter,
  type NewStoreFixture,
  NOON,
  post,
  range,
  readAfter,
  signIn,
  useStore,
} from "../../support/storeFixture.ts";
import { LogModel } from "./model.ts";

/** Request ids, which make it safe to send a message again. */
export function describeRequestIds(newFixture: NewStoreFixture): void {
  describe("request ids", () => {
    const store = useStore(newFixture);
    const accepted = (id: number, duplicate: boolean) => ({ kind: "accepted", id, sentAt: NOON, duplicate });

    it("a repeated request id is a duplicate, with the id and time of the first message", async () => {
      const ana = await enlist(store, "ana");
      const id = await post(store.log, draft(ana, "hello", { requestId: "r" }));
      await post(store.log, draft(ana, "and more"));
      const again = draft(ana, "hello", { requestId: "r", at: NOON + 9 });
      expect(await store.log.append([again])).to.deep.equal([accepted(id, true)]);
      expect(await idsAfter(store.log, id)).to.deep.equal([id + 1]);
    });

    it("a request id that is repeated in one batch is a duplicate, and leaves no gap in the ids", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      const hello = draft(ana, "hello", { requestId: "r" });
      expect(await store.log.append([hello, hello, draft(ana, "next")])).to.deep.equal([
        accepted(head + 1, false),
        accepted(head + 1, true),
        accepted(head + 2, false),
      ]);
    });

    it("the first of concurrent drafts with one request id is appended, the others are its duplicates", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      const hello = draft(ana, "hello", { requestId: "r" });
      const outcomes = await Promise.all(range(1, 20).map(() => store.log.append([hello])));
      expect(outcomes.flat()).to.deep.equal(range(1, 20).map((i) => accepted(head + 1, i > 1)));
      expect(await idsAfter(store.log, head)).to.deep.equal([head + 1]);
    });

    it("a request id with another text or recipient is refused as reused, and the first message stays", async () => {
      const [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      const head = await headOf(store.log);
      await store.log.append([
        draft(ana, "hello", { requestId: "all" }),
        draft(ana, "hello", { requestId: "bob", to: bob }),
      ]);
      const outcomes = await store.log.append([
        draft(ana, "Hello", { requestId: "all" }),
        draft(ana, "hello", { requestId: "all", to: bob }),
        draft(ana, "hello", { requestId: "bob", to: eve }),
        draft(ana, "hello", { requestId: "bob" }),
        draft(ana, "hello", { requestId: "bob", to: ana }),
      ]);
      expect(outcomes).to.deep.equal(range(1, 5).map(() => ({ kind: "reused" })));
      expect((await readAfter(store.log, head)).map(({ text, recipient }) => [text, recipient])).to.deep.equal([
        ["hello", ""],
        ["hello", bob.username],
      ]);
    });

    it("a request id belongs to one user, over all their sessions", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const phone = await signIn(store, ana);
      const head = await headOf(store.log);
      const hellos = [ana, bob, phone].map((person) => draft(person, "hello", { requestId: "r" }));
      expect(await store.log.append(hellos)).to.deep.equal([
        accepted(head + 1, false),
        accepted(head + 2, false),
        accepted(head + 1, true),
      ]);
    });

    it("drafts without a request id are never duplicates", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      await store.log.append([draft(ana, "hello"), draft(ana, "hello")]);
      expect(await post(store.log, draft(ana, "hello"))).to.equal(head + 3);
    });

    it("a request id survives a restart of the store", async () => {
      const ana = await enlist(store, "ana");
      const id = await post(store.log, draft(ana, "hello", { requestId: "r" }));
      await store.reopen();
      const again = draft(ana, "hello", { requestId: "r" });
      expect(await store.log.append([again])).to.deep.equal([accepted(id, true)]);
    });

    it("request ids that differ in any character are distinct", async () => {
      const ana = await enlist(store, "ana");
      const composed = ["\u00e9", "e\u0301"];
      const ids = [
        "a",
        "A",
        "a ",
        " a",
        ...composed,
        "'; --",
        "%",
        "\u{1f600}",
        "\ufeffa",
        "x".repeat(64),
        "a\0",
        "a\0b",
      ];
      for (const requestId of ids) await post(store.log, draft(ana, `under ${requestId.length}`, { requestId }));
      const found = await Promise.all(ids.map((requestId) => store.log.find(ana.accountId, requestId)));
      const head = await headOf(store.log);
      expect(found.map((known) => known?.id)).to.deep.equal(range(head - ids.length + 1, head));
    });

    it("find returns the message of a request id, for its sender alone", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const head = await headOf(store.log);
      await store.log.append([
        draft(ana, "to all", { requestId: "all" }),
        draft(ana, "to bob", { requestId: "bob", to: bob }),
      ]);
      const find = (requestId: string, { accountId } = ana) => store.log.find(accountId, requestId);
      expect(await find("all")).to.deep.equal({ id: head + 1, sentAt: NOON, recipient: "", text: "to all" });
      expect(await find("bob")).to.deep.equal({
        id: head + 2,
        sentAt: NOON,
        recipient: bob.username,
        text: "to bob",
      });
      expect(await find("bob", bob)).to.equal(undefined);
      expect(await find("another")).to.equal(undefined);
    });

    it("a truncated message's request id can be used again", async () => {
      const ana = await enlist(store, "ana");
      const id = await post(store.log, draft(ana, "hello", { requestId: "r" }));
      await store.log.truncate(id + 1);
      expect(await store.log.find(ana.accountId, "r")).to.equal(undefined);
      expect(await post(store.log, draft(ana, "something else", { requestId: "r" }))).to.equal(id + 1);
    });

    it("request ids agree with a model of the log over random batches", async () => {
      const people = [await enlist(store, "ana"), await enlist(store, "bob")] as const;
      const ended = await signIn(store, people[0]);
      await store.sessions.end(ended.sessionId, false);
      const head = await headOf(store.log);
      const model = new LogModel({ headId: head, endedSessions: new Set([ended.sessionId]) });
      const command = fc.record({
        from: fc.constantFrom(...people, ended),
        to: fc.constantFrom(undefined, ...people),
        requestId: fc.constantFrom("", "r1", "r2", "r3"),
        text: fc.constantFrom("x", "y"),
        at: fc.integer({ min: 0, max: 50 }),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(command, { maxLength: 6 }), { maxLength: 5 }), async (batches) => {
          run += 1;
          const drafts = batches.map((batch) =>
            batch.map(({ from, text, requestId, at, to }) =>
              draft(from, text, { to, requestId: requestId && `${run} ${requestId}`, at: NOON + run + at }),
            ),
          );
          const expected = drafts.map((batch) => model.append(batch));
          expect(await Promise.all(drafts.map((batch) => store.log.append(batch)))).to.deep.equal(expected);
          expect(await readAfter(store.log, head)).to.deep.equal(model.messages);
        }),
        { numRuns: 40 },
      );
    });
  });
}
