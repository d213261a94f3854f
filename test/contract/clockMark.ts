import { expect } from "chai";
import { type NewStorePlace, NOON, useEmptyStore } from "../support/storeFixture.ts";

/** What every keeper of the newest time keeps to (room/ports/clockMark.ts). */
export function describeClockMark(name: string, place: NewStorePlace): void {
  describe(`The newest time that ${name} keeps`, () => {
    const store = useEmptyStore(place);

    it("is none at first", async () => {
      expect(await store.clockMark.read()).to.equal(undefined);
    });

    it("is what was written last, also where that is earlier, and after the store was closed", async () => {
      await store.clockMark.write(NOON + 1_000);
      await store.clockMark.write(NOON);
      expect(await store.clockMark.read()).to.equal(NOON);
      await store.reopen();
      expect(await store.clockMark.read()).to.equal(NOON);
    });
  });
}
