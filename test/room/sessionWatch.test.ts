import { expect } from "chai";
import type { SessionStore } from "../../src/server/room/ports/sessions.ts";
import { SessionWatch } from "../../src/server/room/sessionWatch.ts";
import { override } from "../support/engines.ts";

describe("The watch on sessions", () => {
  function setUp(interval: number) {
    let asked = 0;
    const sessions = override<SessionStore>({} as SessionStore, {
      ended: async () => {
        asked += 1;
        return [];
      },
    });
    return { watch: new SessionWatch(sessions, interval), asked: () => asked };
  }

  it("knows of a session that it has ended, when that was noted, and of no other", () => {
    const { watch } = setUp(60_000);
    expect(watch.hasEnded(7)).to.equal(false);
    watch.note([7, 8]);
    watch.note([]);
    expect([7, 8, 9].map((id) => watch.hasEnded(id))).to.deep.equal([true, true, false]);
  });

  it("does not ask the store each time it might, nor where no stream is open", async () => {
    const { watch, asked } = setUp(60_000);
    for (let i = 0; i < 100; i++) expect(await watch.ask(() => [1, 2])).to.deep.equal([]);
    expect(asked()).to.equal(0);
    const often = setUp(0);
    await often.watch.ask(() => []);
    expect(often.asked()).to.equal(0);
    await often.watch.ask(() => [1, 2]);
    expect(often.asked()).to.equal(1);
  });
});
