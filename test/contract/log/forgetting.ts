import { expect } from "chai";
import {
  draft,
  enlist,
  headOf,
  idsAfter,
  type NewStorePlace,
  post,
  range,
  useEmptyStore,
  useStore,
} from "../../support/storeFixture.ts";

/** What is forgotten. */
export function describeForgetting(place: NewStorePlace): void {
  describe("forgetting in a log that is empty", () => {
    const store = useEmptyStore(place);

    it("changes nothing, whatever is to be forgotten", async () => {
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

    it("takes away what came before an id, and leaves the head where it is", async () => {
      const { forget, ends, ids, say } = await ten();
      await forget(4);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 4 });
      expect(await ids()).to.deep.equal(range(4, 10));
      expect(await say("next")).to.equal(11);
    });

    it("of everything leaves the head where it is: the oldest is the next one", async () => {
      const { forget, ends, ids, say } = await ten();
      await forget(11);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
      expect(await ids()).to.deep.equal([]);
      expect(await say("next")).to.equal(11);
      expect(await ends()).to.deep.equal({ headId: 11, oldestId: 11 });
    });

    it("goes at most up to the head", async () => {
      const { forget, ends, say } = await ten();
      await forget(1_000);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
      expect(await say("next")).to.equal(11);
    });

    it("in steps is seen after each of them, and comes to the same", async () => {
      const { forget, ends, ids } = await ten();
      for (const before of [3, 6, 9]) {
        await forget(before);
        expect(await ends()).to.deep.equal({ headId: 10, oldestId: before });
        expect(await ids()).to.deep.equal(range(before, 10));
      }
    });

    it("is remembered by a store that was closed and opened again", async () => {
      const { forget, ends, say } = await ten();
      await forget(4);
      await store.reopen();
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 4 });
      await forget(11);
      await store.reopen();
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
      expect(await say("next")).to.equal(11);
    });

    it("brings back nothing when asked for less than before", async () => {
      const { forget, ends } = await ten();
      await forget(8);
      await forget(3);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 8 });
      await forget(11);
      await forget(3);
      await store.log.truncate(-5);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
    });

    it("leaves the log id as it is", async () => {
      const { forget } = await ten();
      const { logId } = await store.log.state();
      await forget(11);
      expect((await store.log.state()).logId).to.equal(logId);
    });

    it("goes on beside appends, whose ids stay dense", async () => {
      const { forget, ends, ids, say } = await ten();
      const said = await Promise.all(range(1, 20).flatMap((i) => [say(`more ${i}`), forget(10 + i)] as const));
      expect(said.filter((id) => id !== undefined)).to.deep.equal(range(11, 30));
      expect(await ends()).to.deep.equal({ headId: 30, oldestId: 30 });
      expect(await ids()).to.deep.equal([30]);
    });
  });
}
