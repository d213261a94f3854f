import { expect } from "chai";
import {
  draft,
  enlist,
  headOf,
  idsAfter,
  type NewStoreFixture,
  post,
  range,
  useEmptyStore,
  useStore,
} from "../../support/storeFixture.ts";

/** What is forgotten. */
export function describeForgetting(place: NewStoreFixture): void {
  describe("forgetting in a log that is empty", () => {
    const store = useEmptyStore(place);

    it("truncating an empty log changes nothing", async () => {
      for (const before of [0, -5, 1, 10]) {
        await store.log.truncate(before);
        expect(await store.log.state(), `before ${before}`).to.include({ headId: 0, oldestId: 1 });
      }
      await store.reopen();
      expect(await post(store.log, draft(await enlist(store, "ana"), "first"))).to.equal(1);
    });
  });

  describe("forgetting", () => {
    const store = useStore(place);

    /** Ten messages, and what an id of theirs is. */
    async function ten() {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      await store.log.append(range(1, 10).map((i) => draft(ana, `${i}`)));
      const ends = async () => {
        const { headId, oldestId } = await store.log.state();
        return { headId: headId - head, oldestId: oldestId - head };
      };
      const ids = async () => (await idsAfter(store.log, 0)).map((id) => id - head);
      const say = async (text: string) => (await post(store.log, draft(ana, text))) - head;
      return { ana, forget: (before: number) => store.log.truncate(head + before), ends, ids, say };
    }

    it("truncate removes the messages before an id, and keeps the head", async () => {
      const { forget, ends, ids, say } = await ten();
      await forget(4);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 4 });
      expect(await ids()).to.deep.equal(range(4, 10));
      expect(await say("next")).to.equal(11);
    });

    it("truncating all messages keeps the head, and the oldest id is the next one", async () => {
      const { forget, ends, ids, say } = await ten();
      await forget(11);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
      expect(await ids()).to.deep.equal([]);
      expect(await say("next")).to.equal(11);
      expect(await ends()).to.deep.equal({ headId: 11, oldestId: 11 });
    });

    it("truncate removes messages up to the head at most", async () => {
      const { forget, ends, say } = await ten();
      await forget(1_000);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
      expect(await say("next")).to.equal(11);
    });

    it("truncating in steps is visible after each step, and has the same result", async () => {
      const { forget, ends, ids } = await ten();
      for (const before of [3, 6, 9]) {
        await forget(before);
        expect(await ends()).to.deep.equal({ headId: 10, oldestId: before });
        expect(await ids()).to.deep.equal(range(before, 10));
      }
    });

    it("a truncation survives a restart of the store", async () => {
      const { forget, ends, say } = await ten();
      await forget(4);
      await store.reopen();
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 4 });
      await forget(11);
      await store.reopen();
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
      expect(await say("next")).to.equal(11);
    });

    it("truncating before an earlier id changes nothing", async () => {
      const { forget, ends } = await ten();
      await forget(8);
      await forget(3);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 8 });
      await forget(11);
      await forget(3);
      await store.log.truncate(-5);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
    });

    it("truncate keeps the log id", async () => {
      const { forget } = await ten();
      const { logId } = await store.log.state();
      await forget(11);
      expect((await store.log.state()).logId).to.equal(logId);
    });

    it("ids stay dense if messages are appended during truncation", async () => {
      const { forget, ends, ids, say } = await ten();
      const said = await Promise.all(range(1, 20).flatMap((i) => [say(`more ${i}`), forget(10 + i)] as const));
      expect(said.filter((id) => id !== undefined)).to.deep.equal(range(11, 30));
      expect(await ends()).to.deep.equal({ headId: 30, oldestId: 30 });
      expect(await ids()).to.deep.equal([30]);
    });
  });
}
