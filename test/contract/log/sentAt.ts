import { expect } from "chai";
import { timeOf } from "../../../src/server/log/entry.ts";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  type NewStoreFixture,
  NOON,
  type Person,
  post,
  readAfter,
  useStore,
} from "../../support/storeFixture.ts";

/** The times of entries. */
export function describeSentAt(newFixture: NewStoreFixture): void {
  describe("the time of an entry", () => {
    const store = useStore(newFixture);
    let ana: Person;
    let head: number;
    /** The time at which a test begins: later than all entries of the tests before it, which share the store. */
    let start = NOON;
    beforeEach(async () => {
      ana = await enlist(store, "ana");
      head = await headOf(store.log);
      start += 10_000_000;
    });

    const at = (milliseconds: number) => draft(ana, "-", { at: start + milliseconds });
    const times = async () => (await readAfter(store.log, head)).map((entry) => timeOf(entry) - start);

    it("a message has the time of its draft, to the millisecond", async () => {
      await store.log.append([at(1), at(1_234_567)]);
      expect(await times()).to.deep.equal([1, 1_234_567]);
    });

    it("the time does not fall when the clock goes back, within a batch or between batches", async () => {
      const outcomes = await store.log.append([at(5), at(3), at(4)]);
      expect(outcomes.map((outcome) => outcome.kind === "appended" && timeOf(outcome.entry) - start)).to.deep.equal([
        5, 5, 5,
      ]);
      await post(store.log, at(-1_000));
      await post(store.log, at(6));
      expect(await times()).to.deep.equal([5, 5, 5, 5, 6]);
    });

    it("edits and deletions have times of their own, which do not fall either", async () => {
      const [edited, deleted] = [await post(store.log, at(1)), await post(store.log, at(5))];
      const outcomes = await store.log.append([
        edit(ana, edited, "edited", { at: start + 3 }),
        at(7),
        deletion(ana, deleted, { at: start + 6 }),
        deletion(ana, edited, { at: start + 9 }),
        at(8),
      ]);
      expect(outcomes.map((outcome) => outcome.kind === "appended" && timeOf(outcome.entry) - start)).to.deep.equal([
        5, 7, 7, 9, 9,
      ]);
      // The entries that were erased keep their times.
      expect(await times()).to.deep.equal([1, 5, 5, 7, 7, 9, 9]);
    });

    it("the time does not fall below that of a message from before a restart", async () => {
      await post(store.log, at(5));
      await store.reopen();
      await post(store.log, at(0));
      expect(await times()).to.deep.equal([5, 5]);
    });

    it("the time does not fall below that of a deletion from before a restart", async () => {
      await post(store.log, deletion(ana, await post(store.log, at(1)), { at: start + 5 }));
      await store.reopen();
      await post(store.log, at(0));
      expect(await times()).to.deep.equal([1, 5, 5]);
    });

    it("the time does not fall below that of a truncated message", async () => {
      await store.log.truncate((await post(store.log, at(5))) + 1);
      await post(store.log, at(0));
      expect(await times()).to.deep.equal([5]);
    });

    it("the time does not fall below that of a message truncated before a restart", async () => {
      await store.log.truncate((await post(store.log, at(5))) + 1);
      await store.reopen();
      await post(store.log, at(0));
      expect(await times()).to.deep.equal([5]);
    });

    it("the time of a draft that was not appended does not affect later messages", async () => {
      const hello = { requestId: `r${start}`, at: start };
      await post(store.log, draft(ana, "hello", hello));
      await store.log.append([
        draft(ana, "hello", { ...hello, at: start + 90 }),
        draft(ana, "other", { ...hello, at: start + 90 }),
        draft({ ...ana, sessionId: ana.sessionId + 1_000 }, "-", { at: start + 90 }),
        edit(ana, 0, "unknown", { at: start + 90 }),
        at(1),
      ]);
      expect(await times()).to.deep.equal([0, 1]);
    });
  });
}
