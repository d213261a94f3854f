import { expect } from "chai";
import type { SessionStore } from "../../src/server/room/ports/sessions.ts";
import { SessionWatch } from "../../src/server/room/sessionWatch.ts";
import { override } from "../support/engines.ts";

describe("The watch on sessions", () => {
  function setUp() {
    let asked = 0;
    const sessions = override<SessionStore>({} as SessionStore, {
      ended: async () => {
        asked += 1;
        return [];
      },
    });
    return { watch: new SessionWatch(sessions), asked: () => asked };
  }

  it("knows of a session that it has ended, when that was noted, and of no other", () => {
    const { watch } = setUp();
    expect(watch.hasEnded(7)).to.equal(false);
    watch.note([7, 8]);
    watch.note([]);
    expect([7, 8, 9].map((id) => watch.hasEnded(id))).to.deep.equal([true, true, false]);
  });

  it("does not ask the store each time it might, nor where no stream is open", async () => {
    const { watch, asked } = setUp();
    for (let i = 0; i < 100; i++) expect(await watch.ask(() => [1, 2])).to.deep.equal([]);
    expect(asked()).to.equal(0);
  });
});
