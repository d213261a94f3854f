import { expect } from "chai";
import fc from "fast-check";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { Roster } from "../../src/server/presence/ports/roster.ts";
import { Gate, gatedResults, override } from "../support/engines.ts";
import { turns, until } from "../support/eventLoop.ts";
import { change, HERE, setUp } from "./feedOnRoster.ts";

describe("PresenceFeed", () => {
  it("the feed calls once for the changes of a window", async () => {
    const { feed, gather, called } = await setUp();
    const offset = feed.offset;
    await gather("+ana", "-bob", "+eve");
    expect(called()).to.equal(1);
    expect(feed.since(offset, "ina")).to.deep.equal(change(["ana", "eve"], ["bob"]));
  });

  it("a stream that has taken all changes has nothing to take", async () => {
    const { feed, gather } = await setUp();
    expect(feed.since(feed.offset, "ina")).to.equal(undefined);
    await gather("+ana");
    expect(feed.since(feed.offset, "ina")).to.equal(undefined);
  });

  it("changes that are not published yet are not taken", async () => {
    const { feed, happen } = await setUp();
    const offset = feed.offset;
    await happen("+ana");
    feed.markDirty();
    expect(feed.since(offset, "ina")).to.equal(undefined);
    feed.stop();
  });

  it("a user who came and went, or went and came, is not listed", async () => {
    const { feed, gather } = await setUp();
    const offset = feed.offset;
    await gather("+ana", "-bob", "-ana", "+bob", "+eve");
    expect(feed.since(offset, "ina")).to.deep.equal(change(["eve"]));
  });

  it("a user who came in one window and went in the next is not listed for a stream that missed both", async () => {
    const { feed, gather } = await setUp();
    const offset = feed.offset;
    await gather("+ana");
    await gather("-ana", "+cid");
    expect(feed.since(offset, "ina")).to.deep.equal(change(["cid"]));
    await gather("+ana");
    expect(feed.since(offset, "ina")).to.deep.equal(change(["cid", "ana"]));
  });

  it("the feed does not call if the changes cancel each other or there are none", async () => {
    let polls = 0;
    const { feed, happen, gather, called } = await setUp((roster) =>
      override<Roster>(roster, {
        changes: (since) => {
          polls += 1;
          return roster.changes(since);
        },
      }),
    );
    const offset = feed.offset;
    feed.markDirty();
    await until(() => polls === 2, "the roster to be polled");
    await happen("+ana", "-ana");
    feed.markDirty();
    await until(() => polls === 3, "the roster to be polled");
    await turns();
    expect([called(), feed.since(offset, "ina")]).to.deep.equal([0, undefined]);
    await gather("+cid");
    expect([called(), feed.since(offset, "ina")]).to.deep.equal([1, change(["cid"])]);
  });

  it("a doubled notification counts once, and a late one not at all", async () => {
    const { feed, gather, called } = await setUp();
    const offset = feed.offset;
    feed.markDirty();
    feed.markDirty();
    await gather("+ana");
    feed.markDirty();
    await gather("+eve");
    expect(feed.since(offset, "ina")).to.deep.equal(change(["ana", "eve"]));
    expect(called()).to.equal(2);
  });

  it("a change during a poll of the roster is not missed", async () => {
    const gate = new Gate();
    const { feed, happen, gather } = await setUp((roster) => gatedResults(roster, gate, "changes"));
    const offset = feed.offset;
    gate.shut();
    await happen("+ana");
    feed.markDirty();
    await gate.entered();
    await happen("+eve");
    feed.markDirty();
    gate.open();
    await until(() => feed.offset === offset + 2, "both changes to be published");
    await gather("-bob");
    expect(feed.since(offset, "ina")).to.deep.equal(change(["ana", "eve"], ["bob"]));
  });

  it("all changes are published once after the roster was unavailable, however often it was polled", async () => {
    let failures = 0;
    const { feed, happen, gather, called } = await setUp((roster) =>
      override<Roster>(roster, {
        changes: (since) =>
          failures-- > 0 ? Promise.reject(new StoreUnavailable("unavailable")) : roster.changes(since),
      }),
    );
    const offset = feed.offset;
    failures = 3;
    await happen("+ana");
    for (const left of [2, 1, 0]) {
      feed.markDirty();
      await until(() => failures === left, "the roster to be polled");
      await happen(left === 1 ? "-bob" : "+bob");
    }
    expect(called()).to.equal(0);
    await gather("+eve");
    expect(feed.since(offset, "ina")).to.deep.equal(change(["ana", "eve"]));
  });

  it("a user is not told of their own changes", async () => {
    const { feed, gather } = await setUp();
    const offset = feed.offset;
    await gather("+ana", "+cid");
    expect(feed.since(offset, "ana")).to.deep.equal(change(["cid"]));
    const next = feed.offset;
    await gather("-cid");
    expect(feed.since(next, "cid")).to.equal(undefined);
  });

  it("each stream takes the changes from its own offset on", async () => {
    const { feed, gather } = await setUp();
    const first = feed.offset;
    await gather("+ana");
    const second = feed.offset;
    await gather("+cid");
    expect(feed.since(first, "ina")).to.deep.equal(change(["ana", "cid"]));
    expect(feed.since(second, "ina")).to.deep.equal(change(["cid"]));
  });

  it("a stream that joins takes every change after its join and none before, published or not", async () => {
    const { feed, happen, gather } = await setUp();
    const offset = feed.offset;
    await happen("+ana", "-bob");
    feed.markDirty();
    await feed.poll();
    const joined = feed.offsetAtJoin();
    expect(feed.since(joined, "ina")).to.equal(undefined);
    await gather("+eve");
    expect(feed.since(offset, "ina")).to.deep.equal(change(["ana", "eve"], ["bob"]));
    expect(feed.since(joined, "ina")).to.deep.equal(change(["eve"]));
  });

  it("a stream that joins is told of a leave whose join the others never heard of", async () => {
    const { feed, happen, gather, called } = await setUp();
    const offset = feed.offset;
    await happen("+ana");
    await feed.poll();
    const joined = feed.offsetAtJoin();
    await gather("-ana");
    expect(called()).to.equal(1);
    expect(feed.since(offset, "ina")).to.equal(undefined);
    expect(feed.since(joined, "ina")).to.deep.equal(change([], ["ana"]));
  });

  it("the feed polls once more for all streams that join during a poll", async () => {
    const gate = new Gate();
    let polls = 0;
    const { feed, happen } = await setUp((roster) =>
      override<Roster>(roster, {
        changes: async (since) => {
          polls += 1;
          const changes = await roster.changes(since);
          await gate.pass();
          return changes;
        },
      }),
    );
    gate.shut();
    const first = feed.poll();
    await gate.entered();
    await happen("+ana");
    const before = feed.offsetAtJoin();
    const others = Array.from({ length: 50 }, () => feed.poll());
    gate.open();
    await Promise.all([first, ...others]);
    expect(polls, "including the one at the beginning").to.equal(3);
    expect(feed.offsetAtJoin()).to.equal(before + 1);
  });

  it("no name is in both lists, and the lists have the net changes, whatever happened", async () => {
    const happening = fc.record({ who: fc.constantFrom("ana", "bob", "eve"), gather: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 12 }), async (happenings) => {
        const { feed, happen, gather } = await setUp();
        const online = new Set<string>(HERE);
        const before = new Set(online);
        const offset = feed.offset;
        for (const { who, gather: now } of happenings) {
          const comes = !online.has(who);
          if (comes) online.add(who);
          else online.delete(who);
          const what = `${comes ? "+" : "-"}${who}`;
          if (now) await gather(what, "+tick").then(() => gather("-tick"));
          else await happen(what);
        }
        await gather("+end");
        const taken = feed.since(offset, "ina");
        expect(taken?.reset).to.equal(false);
        expect([...(taken?.joined ?? [])].sort()).to.deep.equal(
          [...online]
            .filter((n) => !before.has(n))
            .concat("end")
            .sort(),
        );
        expect([...(taken?.left ?? [])].sort()).to.deep.equal([...before].filter((n) => !online.has(n)).sort());
      }),
      { numRuns: 30 },
    );
  });
});
