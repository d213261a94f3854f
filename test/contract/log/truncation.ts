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

/** The contract of `truncate`. */
export function describeTruncation(newFixture: NewStoreFixture): void {
  describe("truncation of an empty log", () => {
    const store = useEmptyStore(newFixture);

    it("truncating an empty log changes nothing", async () => {
      for (const before of [0, -5, 1, 10]) {
        await store.log.truncate(before);
        expect(await store.log.state(), `before ${before}`).to.include({ headId: 0, oldestId: 1 });
      }
      await store.reopen();
      expect(await post(store.log, draft(await enlist(store, "ana"), "first"))).to.equal(1);
    });
  });

  describe("truncation", () => {
    const store = useStore(newFixture);

    /** Appends ten messages. The functions that it returns count ids from the head before them. */
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
      return { ana, truncate: (before: number) => store.log.truncate(head + before), ends, ids, say };
    }

    it("truncate removes the entries before an id, and keeps the head", async () => {
      const { truncate, ends, ids, say } = await ten();
      await truncate(4);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 4 });
      expect(await ids()).to.deep.equal(range(4, 10));
      expect(await say("next")).to.equal(11);
    });

    it("truncating all entries keeps the head, and the oldest id is the next one", async () => {
      const { truncate, ends, ids, say } = await ten();
      await truncate(11);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
      expect(await ids()).to.deep.equal([]);
      expect(await say("next")).to.equal(11);
      expect(await ends()).to.deep.equal({ headId: 11, oldestId: 11 });
    });

    it("truncate removes entries up to the head at most", async () => {
      const { truncate, ends, say } = await ten();
      await truncate(1_000);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
      expect(await say("next")).to.equal(11);
    });

    it("truncating in steps is visible after each step, and has the same result", async () => {
      const { truncate, ends, ids } = await ten();
      for (const before of [3, 6, 9]) {
        await truncate(before);
        expect(await ends()).to.deep.equal({ headId: 10, oldestId: before });
        expect(await ids()).to.deep.equal(range(before, 10));
      }
    });

    it("a truncation survives a restart of the store", async () => {
      const { truncate, ends, say } = await ten();
      await truncate(4);
      await store.reopen();
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 4 });
      await truncate(11);
      await store.reopen();
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
      expect(await say("next")).to.equal(11);
    });

    it("truncating before an earlier id changes nothing", async () => {
      const { truncate, ends } = await ten();
      await truncate(8);
      await truncate(3);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 8 });
      await truncate(11);
      await truncate(3);
      await store.log.truncate(-5);
      expect(await ends()).to.deep.equal({ headId: 10, oldestId: 11 });
    });

    it("truncate keeps the log id", async () => {
      const { truncate } = await ten();
      const { logId } = await store.log.state();
      await truncate(11);
      expect((await store.log.state()).logId).to.equal(logId);
    });

    it("ids stay dense if entries are appended during truncation", async () => {
      const { truncate, ends, ids, say } = await ten();
      const said = await Promise.all(range(1, 20).flatMap((i) => [say(`more ${i}`), truncate(10 + i)] as const));
      expect(said.filter((id) => id !== undefined)).to.deep.equal(range(11, 30));
      expect(await ends()).to.deep.equal({ headId: 30, oldestId: 30 });
      expect(await ids()).to.deep.equal([30]);
    });
  });
}
