import { expect } from "chai";
import fc from "fast-check";
import {
  type AppendResult,
  type Content,
  contentOf,
  type Draft,
  type MessageDraft,
  messageOf,
} from "../../../src/server/log/ports/logStore.ts";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  idsAfter,
  messagesAfter,
  type NewStoreFixture,
  NOON,
  post,
  range,
  readAfter,
  signIn,
  useStore,
} from "../../support/storeFixture.ts";
import { anyCommand, LogModel } from "./model.ts";

/** Request ids, which make it safe to send a message again. */
export function describeRequestIds(newFixture: NewStoreFixture): void {
  describe("request ids", () => {
    const store = useStore(newFixture);
    const appended = (each: MessageDraft, id: number) => ({ kind: "appended", entry: messageOf(each, id, NOON) });
    const duplicate = (id: number) => ({ kind: "duplicate", id, sentAt: NOON });

    it("a repeated request id is a duplicate, with the id and time of the first message", async () => {
      const ana = await enlist(store, "ana");
      const id = await post(store.log, draft(ana, "hello", { requestId: "r" }));
      await post(store.log, draft(ana, "and more"));
      const again = draft(ana, "hello", { requestId: "r", at: NOON + 9 });
      expect(await store.log.append([again])).to.deep.equal([duplicate(id)]);
      expect(await idsAfter(store.log, id)).to.deep.equal([id + 1]);
    });

    it("a request id that is repeated in one batch is a duplicate, and leaves no gap in the ids", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      const hello = draft(ana, "hello", { requestId: "r" });
      const next = draft(ana, "next");
      expect(await store.log.append([hello, hello, next])).to.deep.equal([
        appended(hello, head + 1),
        duplicate(head + 1),
        appended(next, head + 2),
      ]);
    });

    it("the first of concurrent drafts with one request id is appended, the others are its duplicates", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      const hello = draft(ana, "hello", { requestId: "r" });
      const outcomes = await Promise.all(range(1, 20).map(() => store.log.append([hello])));
      expect(outcomes.flat()).to.deep.equal([
        appended(hello, head + 1),
        ...range(2, 20).map(() => duplicate(head + 1)),
      ]);
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
      expect((await messagesAfter(store.log, head)).map(({ text, recipient }) => [text, recipient])).to.deep.equal([
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
        appended(hellos[0] as MessageDraft, head + 1),
        appended(hellos[1] as MessageDraft, head + 2),
        duplicate(head + 1),
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
      expect(await store.log.append([again])).to.deep.equal([duplicate(id)]);
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
      for (const requestId of ids) await post(store.log, draft(ana, "hello", { requestId }));
      const content = contentOf(draft(ana, "hello"));
      const found = await Promise.all(ids.map((requestId) => store.log.find(ana.accountId, requestId, content)));
      const head = await headOf(store.log);
      expect(found).to.deep.equal(range(head - ids.length + 1, head).map(duplicate));
    });

    it("find returns the entry of a request id as a duplicate, for its sender alone", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const head = await headOf(store.log);
      const [toAll, toBob] = [draft(ana, "to all"), draft(ana, "to bob", { to: bob, replyTo: head + 1 })];
      await store.log.append([
        { ...toAll, requestId: "all" },
        { ...toBob, requestId: "bob" },
      ]);
      const find = (requestId: string, each: MessageDraft, { accountId } = ana) =>
        store.log.find(accountId, requestId, contentOf(each));
      expect(await find("all", toAll)).to.deep.equal(duplicate(head + 1));
      expect(await find("bob", toBob)).to.deep.equal(duplicate(head + 2));
      expect(await find("bob", toBob, bob)).to.equal(undefined);
      expect(await find("another", toAll)).to.equal(undefined);
    });

    it("find returns a request id with another content as reused", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const id = await post(store.log, draft(ana, "first"));
      await post(store.log, draft(ana, "hello", { to: bob, replyTo: id, requestId: "r" }));
      const contents: Content[] = [
        contentOf(draft(ana, "Hello", { to: bob, replyTo: id })),
        contentOf(draft(ana, "hello", { replyTo: id })),
        contentOf(draft(ana, "hello", { to: ana, replyTo: id })),
        contentOf(draft(ana, "hello", { to: bob })),
        { kind: "message", recipient: "nobody-of-this-name", text: "hello", replyTo: id },
        { kind: "edited", messageId: id, text: "hello" },
        { kind: "deleted", messageId: id },
      ];
      for (const content of contents) {
        expect(await store.log.find(ana.accountId, "r", content), JSON.stringify(content)).to.deep.equal({
          kind: "reused",
        });
      }
      expect(await store.log.find(ana.accountId, "another", contents[4] as Content)).to.equal(undefined);
    });

    it("a request id that is repeated with another message replied to, or another command, is reused", async () => {
      const ana = await enlist(store, "ana");
      const id = await post(store.log, draft(ana, "first"));
      await post(store.log, draft(ana, "hello", { replyTo: id, requestId: "reply" }));
      await post(store.log, edit(ana, id, "hello", { requestId: "edit" }));
      await post(store.log, deletion(ana, id + 1, { requestId: "delete" }));
      const outcomes = await store.log.append([
        draft(ana, "hello", { requestId: "reply" }),
        edit(ana, id, "hello", { requestId: "reply" }),
        draft(ana, "hello", { requestId: "edit" }),
        deletion(ana, id, { requestId: "edit" }),
        edit(ana, id + 1, "hello", { requestId: "edit" }),
        edit(ana, id, "Hello", { requestId: "edit" }),
        draft(ana, "hello", { requestId: "delete" }),
        edit(ana, id + 1, "hello", { requestId: "delete" }),
        deletion(ana, id, { requestId: "delete" }),
      ]);
      expect(outcomes).to.deep.equal(range(1, 9).map(() => ({ kind: "reused" })));
      expect(await headOf(store.log)).to.equal(id + 3);
    });

    it("edits and deletions keep what a request id stands for", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const first = draft(ana, "first", { to: bob, requestId: "message" });
      const id = await post(store.log, first);
      const change = edit(ana, id, "second", { requestId: "edit" });
      const removal = deletion(ana, id, { requestId: "delete" });
      const known = [
        [first, id],
        [change, id + 1],
        [removal, id + 3],
      ] as const;
      const others = [
        { ...first, text: "second" },
        { ...first, recipientId: 0, recipient: "" },
        { ...first, text: "third" },
        { ...first, text: "" },
        { ...change, text: "third" },
        { ...change, text: "" },
        { ...removal, messageId: id + 1 },
      ];
      const appends = [[change], [edit(ana, id, "third")], [removal]];
      for (const [step, batch] of appends.entries()) {
        await store.log.append(batch);
        if (step === 1) await store.reopen();
        const held = known.filter(([, entryId]) => entryId <= id + 1 + step);
        const again = held.map(([each]) => each);
        const duplicates = held.map(([, entryId]) => duplicate(entryId));
        expect(await store.log.append(again), `step ${step}`).to.deep.equal(duplicates);
        const found = again.map((each) => store.log.find(ana.accountId, each.requestId, contentOf(each)));
        expect(await Promise.all(found), `step ${step}`).to.deep.equal(duplicates);
      }
      expect(await store.log.append(others)).to.deep.equal(others.map(() => ({ kind: "reused" })));
      for (const each of others) {
        const found = await store.log.find(ana.accountId, each.requestId, contentOf(each));
        expect(found, JSON.stringify(each)).to.deep.equal({ kind: "reused" });
      }
      expect(await headOf(store.log)).to.equal(id + 3);
    });

    it("a content without a recipient is the same as that of a message to any recipient, also a deleted one", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const sent = [draft(ana, "hi", { requestId: "r1", to: bob }), draft(ana, "hi", { requestId: "r2" })];
      const ids = [await post(store.log, sent[0] as Draft), await post(store.log, sent[1] as Draft)];
      const find = (requestId: string, text: string) =>
        store.log.find(ana.accountId, requestId, { kind: "message", recipient: undefined, text, replyTo: 0 });
      for (const step of ["sent", "deleted"]) {
        for (const [i, requestId] of ["r1", "r2"].entries()) {
          expect(await find(requestId, "hi"), step).to.deep.equal(duplicate(ids[i] as number));
          expect(await find(requestId, "hi!"), step).to.deep.equal({ kind: "reused" });
        }
        expect(await find("r3", "hi"), step).to.equal(undefined);
        if (step === "sent") await store.log.append(ids.map((id) => deletion(ana, id)));
      }
    });

    it("a truncated message's request id can be used again", async () => {
      const ana = await enlist(store, "ana");
      const hello = draft(ana, "hello", { requestId: "r" });
      const id = await post(store.log, hello);
      await store.log.truncate(id + 1);
      expect(await store.log.find(ana.accountId, "r", contentOf(hello))).to.equal(undefined);
      expect(await post(store.log, draft(ana, "something else", { requestId: "r" }))).to.equal(id + 1);
    });

    it("request ids agree with a model of the log over random batches", async () => {
      const people = [await enlist(store, "ana"), await enlist(store, "bob")] as const;
      const ended = await signIn(store, people[0]);
      await store.sessions.end(ended.sessionId, false);
      const head = await headOf(store.log);
      const model = new LogModel({ headId: head, endedSessions: new Set([ended.sessionId]) });
      await store.log.truncate(head + 1);
      const command = anyCommand([...people, ended], ["", "r1", "r2", "r3"]);
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(command, { maxLength: 6 }), { maxLength: 5 }), async (batches) => {
          run += 1;
          const drafts: Draft[][] = [];
          const expected: AppendResult[][] = [];
          for (const commands of batches) {
            const batch = commands.map((command) => {
              const each = command(model);
              return { ...each, requestId: each.requestId && `${run} ${each.requestId}` };
            });
            drafts.push(batch);
            expected.push(model.append(batch));
          }
          expect(await Promise.all(drafts.map((batch) => store.log.append(batch)))).to.deep.equal(expected);
          expect(await readAfter(store.log, head)).to.deep.equal(model.entries);
        }),
        { numRuns: 60 },
      );
    });
  });
}
