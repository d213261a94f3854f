import { expect } from "chai";
import { systemStopwatch } from "../../src/server/common/stopwatch.ts";
import { MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { LocalPresence } from "../../src/server/presence/localPresence.ts";
import type { Online } from "../../src/server/presence/ports/roster.ts";
import { override } from "../support/engines.ts";
import { session } from "./session.ts";

/** Longer than any test, so that no grace ends. */
const LONG_MS = 10 * 60 * 1_000;

describe("LocalPresence when the roster fails", () => {
  it("a user whose join fails is not online, gets the error, and may try again", async () => {
    const roster = new MemoryRoster();
    let broken = true;
    const presence = new LocalPresence(
      override<MemoryRoster>(roster, {
        arrive: async (who: Online) => {
          if (broken) throw new Error("the roster is unavailable");
          return roster.arrive(who);
        },
      }),
      () => {},
      { graceMs: LONG_MS, clock: Date.now, stopwatch: systemStopwatch },
    );
    const refused = await presence.join(session(1)).catch((error) => error);
    expect(refused.message).to.equal("the roster is unavailable");
    await presence.leave(session(1), "left").catch(() => {});
    broken = false;
    expect(await roster.find("ana")).to.equal(undefined);
    await presence.join(session(1));
    expect(await roster.find("ana")).to.include({ username: "ana" });
    await presence.leave(session(1), "left");
    expect(await roster.find("ana"), "the join that failed does not count").to.equal(undefined);
  });

  it("a failed arrive of a new session of an online user is retried", async () => {
    const roster = new MemoryRoster();
    let arrivals = 0;
    let broken = false;
    const presence = new LocalPresence(
      override<MemoryRoster>(roster, {
        arrive: async (who: Online) => {
          arrivals += 1;
          if (broken) throw new Error("the roster is unavailable");
          return roster.arrive(who);
        },
      }),
      () => {},
      { graceMs: LONG_MS, clock: Date.now, stopwatch: systemStopwatch },
    );
    await presence.join(session(1));
    broken = true;
    await presence.join(session(2)).catch(() => {});
    broken = false;
    await presence.join(session(1));
    expect(arrivals).to.equal(3);
    await presence.join(session(1));
    expect(arrivals, "the roster knows of the session").to.equal(3);
    presence.stop();
  });
});
