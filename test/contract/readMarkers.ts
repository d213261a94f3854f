import { expect } from "chai";
import { draft, enlist, headOf, type NewStoreFixture, post, range, useStore } from "../support/storeFixture.ts";

/** Tests the contract of `ReadMarkers` (src/server/log/ports/readMarkers.ts). */
export function describeReadMarkers(name: string, newFixture: NewStoreFixture): void {
  describe(`The read markers of ${name}`, () => {
    const store = useStore(newFixture);

    /** A user in a log with ten more entries. The functions count ids from the head before them. */
    async function reader() {
      const ana = await enlist(store, "ana");
      const head = await headOf(store.log);
      await store.log.append(range(1, 10).map((i) => draft(ana, `${i}`)));
      return {
        ana,
        head,
        get: async () => (await store.readMarkers.get(ana.accountId)) - head,
        async advance(to: number) {
          const { upTo, moved } = await store.readMarkers.advance(ana.accountId, head + to);
          return [upTo - head, moved];
        },
      };
    }

    it("an account without a marker has the marker 0", async () => {
      const { ana } = await reader();
      expect(await store.readMarkers.get(ana.accountId)).to.equal(0);
      expect(await store.readMarkers.advance(ana.accountId, 0)).to.deep.equal({ upTo: 0, moved: false });
      expect(await store.readMarkers.advance(ana.accountId, -5)).to.deep.equal({ upTo: 0, moved: false });
      expect(await store.readMarkers.get(ana.accountId)).to.equal(0);
    });

    it("a marker moves forward only, and says whether it has moved", async () => {
      const { get, advance } = await reader();
      expect(await advance(3)).to.deep.equal([3, true]);
      expect(await advance(3)).to.deep.equal([3, false]);
      expect(await advance(2)).to.deep.equal([3, false]);
      expect(await get()).to.equal(3);
      expect(await advance(7)).to.deep.equal([7, true]);
      expect(await get()).to.equal(7);
    });

    it("a marker moves to the head of the log at most", async () => {
      const { ana, head, get, advance } = await reader();
      expect(await advance(1_000)).to.deep.equal([10, true]);
      expect(await get()).to.equal(10);
      expect(await store.readMarkers.advance(ana.accountId, Number.MAX_SAFE_INTEGER)).to.deep.equal({
        upTo: head + 10,
        moved: false,
      });
      await post(store.log, draft(ana, "11"));
      expect(await get()).to.equal(10);
      expect(await advance(1_000)).to.deep.equal([11, true]);
    });

    it("each account has a marker of its own, which survives a restart and a truncation", async () => {
      const [first, second] = [await reader(), await reader()];
      await first.advance(4);
      await second.advance(5);
      await store.log.truncate(second.head + 8);
      await store.reopen();
      expect([await first.get(), await second.get()]).to.deep.equal([4, 5]);
      expect(await second.advance(1)).to.deep.equal([5, false]);
    });

    it("concurrent moves have the result of the farthest one, and each move is told of once", async () => {
      const { get, advance } = await reader();
      const results = await Promise.all([5, 2, 9, 9, 1, 7].map((to) => advance(to)));
      expect(await get()).to.equal(9);
      expect(results.filter(([upTo, moved]) => upTo === 9 && moved)).to.have.length(1);
    });
  });
}
