import { expect } from "chai";
import {
  draft,
  enlist,
  headOf,
  messagesAfter,
  type NewStoreFixture,
  NOON,
  range,
  useStore,
} from "../../support/storeFixture.ts";

/** `read`: entries by their ids. */
export function describeReading(newFixture: NewStoreFixture): void {
  describe("read", () => {
    const store = useStore(newFixture);

    it("read returns every field of a message", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const head = await headOf(store.log);
      await store.log.append([
        draft(ana, "to all"),
        draft(bob, "to ana", { to: ana, requestId: "r", at: NOON + 1, replyTo: head + 1 }),
      ]);
      expect(await store.log.read(head + 1, head + 2)).to.deep.equal([
        {
          kind: "message",
          id: head + 1,
          senderId: ana.accountId,
          sender: ana.username,
          recipientId: 0,
          recipient: "",
          text: "to all",
          sentAt: NOON,
          replyTo: 0,
          editId: 0,
          editedAt: 0,
        },
        {
          kind: "message",
          id: head + 2,
          senderId: bob.accountId,
          sender: bob.username,
          recipientId: ana.accountId,
          recipient: ana.username,
          text: "to ana",
          sentAt: NOON + 1,
          replyTo: head + 1,
          editId: 0,
          editedAt: 0,
        },
      ]);
    });

    it("read returns the entries from one id to another, both included, or fewer if the log has fewer", async () => {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      await store.log.append(range(1, 10).map((i) => draft(ana, `${i}`)));
      const read = async (from: number, to: number) =>
        (await store.log.read(head + from, head + to)).map(({ id }) => id - head);
      expect(await read(3, 5)).to.deep.equal([3, 4, 5]);
      expect(await read(7, 7)).to.deep.equal([7]);
      expect(await read(9, 99)).to.deep.equal([9, 10]);
      expect(await read(11, 20)).to.deep.equal([]);
      expect(await read(5, 4)).to.deep.equal([]);
      expect((await store.log.read(-5, 1)).map(({ id }) => id)).to.deep.equal([1]);
    });

    it("read returns private messages too", async () => {
      const [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
      const head = await headOf(store.log);
      await store.log.append([draft(ana, "1"), draft(ana, "2", { to: bob }), draft(bob, "3", { to: bob })]);
      const recipients = (await messagesAfter(store.log, head)).map(({ recipientId }) => recipientId);
      expect(recipients).to.deep.equal([0, bob.accountId, bob.accountId]);
    });
  });
}
