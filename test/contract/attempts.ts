import { expect } from "chai";
import type { FailedLoginStore } from "../../src/server/accounts/ports/failedLoginStore.ts";
import { NOON, range } from "../support/storeFixture.ts";

/** How long a failure counts. */
const WINDOW_MS = 15 * 60 * 1_000;
const MINUTE = 60 * 1_000;
const DAY = 24 * 60 * MINUTE;

/** The contract of the failed login store (`src/server/accounts/ports/failedLoginStore.ts`). `open`: an empty one. */
export function describeAttempts(
  name: string,
  open: () => Promise<{ attempts: FailedLoginStore; close(): Promise<void> }>,
): void {
  describe(`The failed sign-ins of ${name}`, () => {
    let attempts: FailedLoginStore;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ attempts, close } = await open());
    });
    afterEach(() => close());

    it("a key has no failed logins at first", async () => {
      expect(await attempts.find("ana", NOON)).to.equal(undefined);
    });

    it("failed logins are counted by key, with the time of the last one", async () => {
      for (const second of range(1, 3)) await attempts.fail("ana", NOON + second);
      await attempts.fail("bob", NOON);
      expect(await attempts.find("ana", NOON + 4)).to.deep.equal({ count: 3, lastAt: NOON + 3 });
      expect(await attempts.find("bob", NOON + 4)).to.deep.equal({ count: 1, lastAt: NOON });
      expect(await attempts.find("an", NOON + 4)).to.equal(undefined);
    });

    it("concurrent failed logins are all counted", async () => {
      await Promise.all(range(1, 20).map(() => attempts.fail("ana", NOON)));
      expect(await attempts.find("ana", NOON)).to.include({ count: 20 });
    });

    it("clear removes the failed logins of one key", async () => {
      await attempts.fail("ana", NOON);
      await attempts.fail("bob", NOON);
      await attempts.clear("ana");
      await attempts.clear("nobody");
      expect(await attempts.find("ana", NOON)).to.equal(undefined);
      expect(await attempts.find("bob", NOON)).to.include({ count: 1 });
      await attempts.fail("ana", NOON);
      expect(await attempts.find("ana", NOON)).to.include({ count: 1 });
    });

    it("failed logins more than a minute in the future do not count", async () => {
      for (const username of ["ana", "bob"]) await attempts.fail(username, NOON + 7 * DAY);
      for (const _ of range(1, 5)) await attempts.fail("eve", NOON + MINUTE);
      expect(await attempts.find("ana", NOON)).to.equal(undefined);
      expect(await attempts.find("eve", NOON)).to.deep.equal({ count: 5, lastAt: NOON + MINUTE });
      await attempts.fail("ana", NOON);
      expect(await attempts.find("ana", NOON)).to.deep.equal({ count: 1, lastAt: NOON });
      expect(await attempts.find("bob", NOON)).to.equal(undefined);
    });

    it("failed logins older than the window do not count, and the next one counts from 1", async () => {
      await attempts.fail("ana", NOON);
      await attempts.fail("ana", NOON + WINDOW_MS - 1);
      expect(await attempts.find("ana", NOON + 2 * WINDOW_MS - 2)).to.include({ count: 2 });
      expect(await attempts.find("ana", NOON + 2 * WINDOW_MS)).to.equal(undefined);
      await attempts.fail("ana", NOON + 2 * WINDOW_MS);
      expect(await attempts.find("ana", NOON + 2 * WINDOW_MS)).to.include({ count: 1 });
    });
  });
}
