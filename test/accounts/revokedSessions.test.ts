import { expect } from "chai";
import type { SessionStore } from "../../src/server/accounts/ports/sessionStore.ts";
import { RevokedSessions } from "../../src/server/accounts/revokedSessions.ts";
import { override } from "../support/engines.ts";

describe("RevokedSessions", () => {
  function setUp(interval: number) {
    let asked = 0;
    const sessions = override<SessionStore>({} as SessionStore, {
      ended: async () => {
        asked += 1;
        return [];
      },
    });
    return { watch: new RevokedSessions(sessions, interval), asked: () => asked };
  }

  it("a session counts as revoked after it was added, and no other session does", () => {
    const { watch } = setUp(60_000);
    expect(watch.has(7)).to.equal(false);
    watch.add([7, 8]);
    watch.add([]);
    expect([7, 8, 9].map((id) => watch.has(id))).to.deep.equal([true, true, false]);
  });

  it("the store is not polled more often than the interval, nor if no stream is open", async () => {
    const { watch, asked } = setUp(60_000);
    for (let i = 0; i < 100; i++) expect(await watch.poll(() => [1, 2])).to.deep.equal([]);
    expect(asked()).to.equal(0);
    const often = setUp(0);
    await often.watch.poll(() => []);
    expect(often.asked()).to.equal(0);
    await often.watch.poll(() => [1, 2]);
    expect(often.asked()).to.equal(1);
  });
});
