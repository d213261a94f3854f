import { expect } from "chai";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  type NewStoreFixture,
  post,
  readAfter,
  useStore,
} from "../../support/storeFixture.ts";

/** Replies: messages that name a message. */
export function describeReplies(newFixture: NewStoreFixture): void {
  describe("replies", () => {
    const store = useStore(newFixture);

    it("a reply keeps the id that it names, whatever becomes of that message", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const id = await post(store.log, draft(ana, "hello"));
      const reply = await post(store.log, draft(bob, "to your hello", { replyTo: id, requestId: "r" }));
      const replyTo = async () =>
        (await store.log.read(reply, reply)).map((entry) => entry.kind === "message" && entry.replyTo);
      for (const change of [edit(ana, id, "Hello!"), edit(bob, reply, "edited"), deletion(ana, id)]) {
        await post(store.log, change);
        expect(await replyTo()).to.deep.equal([id]);
      }
      await store.log.truncate(reply);
      expect(await replyTo()).to.deep.equal([id]);
    });

    it("a reply may name any message that its sender can see, in its own batch too", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const head = await headOf(store.log);
      const outcomes = await store.log.append([
        draft(ana, "1, to all"),
        draft(ana, "2, to bob", { to: bob, replyTo: head + 1 }),
        draft(bob, "3, to ana", { to: ana, replyTo: head + 2 }),
        draft(bob, "4, to all", { replyTo: head + 2 }),
        draft(bob, "5, to his own", { replyTo: head + 4 }),
      ]);
      expect(outcomes.map(({ kind }) => kind)).to.deep.equal(outcomes.map(() => "appended"));
      const named = (await readAfter(store.log, head)).map((entry) => entry.kind === "message" && entry.replyTo);
      expect(named).to.deep.equal([0, head + 1, head + 2, head + 2, head + 4]);
    });

    it("a reply to an id that is no visible message is message-unknown, and leaves no gap in the ids", async () => {
      const [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      const truncated = await post(store.log, draft(ana, "truncated"));
      await store.log.truncate(truncated + 1);
      const toBob = await post(store.log, draft(ana, "to bob", { to: bob }));
      const gone = await post(store.log, draft(ana, "gone"));
      const editId = await post(store.log, edit(ana, toBob, "to bob, edited"));
      const deletionId = await post(store.log, deletion(ana, gone));
      for (const replyTo of [-1, truncated, toBob, gone, editId, deletionId, deletionId + 1, 2 ** 53 - 1]) {
        const outcomes = await store.log.append([draft(eve, "never", { replyTo })]);
        expect(outcomes, `to ${replyTo}`).to.deep.equal([{ kind: "message-unknown" }]);
      }
      expect(await post(store.log, draft(bob, "yes", { to: ana, replyTo: toBob }))).to.equal(deletionId + 1);
    });

    it("a reply whose request id is known is a duplicate, even if the message that it names is deleted", async () => {
      const ana = await enlist(store, "ana");
      const id = await post(store.log, draft(ana, "hello"));
      const reply = draft(ana, "to myself", { replyTo: id, requestId: "r" });
      const replyId = await post(store.log, reply);
      await post(store.log, deletion(ana, id));
      const outcomes = await store.log.append([reply, { ...reply, requestId: "" }, { ...reply, replyTo: 0 }]);
      expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["duplicate", "message-unknown", "reused"]);
      expect(outcomes[0]).to.include({ id: replyId });
    });
  });
}
