import { expect } from "chai";
import { type NewStoreFixture, NOON, useEmptyStore } from "../support/storeFixture.ts";

/** Tests the contract of `ClockMark` (src/server/common/ports/clockMark.ts). */
export function describeClockMark(name: string, newFixture: NewStoreFixture): void {
  describe(`The clock mark of ${name}`, () => {
    const store = useEmptyStore(newFixture);

    it("a new store has no clock mark", async () => {
      expect(await store.clockMark.read()).to.equal(undefined);
    });

    it("the clock mark is the last one written, even an earlier time, and survives a restart", async () => {
      await store.clockMark.write(NOON + 1_000);
      await store.clockMark.write(NOON);
      expect(await store.clockMark.read()).to.equal(NOON);
      await store.reopen();
      expect(await store.clockMark.read()).to.equal(NOON);
    });
  });
}
