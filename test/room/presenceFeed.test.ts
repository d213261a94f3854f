import { expect } from "chai";
import fc from "fast-check";
import { PresenceFeed } from "../../src/server/room/presenceFeed.ts";
import { within } from "../support/deadline.ts";

/** A feed that gathers for a millisecond, and what has been noted in it so far. */
function setUp() {
  let ready = Promise.withResolvers<void>();
  let called = 0;
  const feed = new PresenceFeed(1, () => {
    called += 1;
    ready.resolve();
    ready = Promise.withResolvers<void>();
  });
  /** Notes changes (`+ana`, `-bob`) and waits until they have been gathered. */
  const gather = async (...changes: string[]) => {
    const gathered = ready.promise;
    for (const change of changes) feed.note(change.slice(1), change.startsWith("+"));
    await within(gathered, "the gathering");
  };
  return { feed, gather, called: () => called };
}

const names = (count: number, prefix = "user") => Array.from({ length: count }, (_, i) => `+${prefix}-${i}`);
const change = (joined: string[], left: string[] = []) => ({ joined, left, reset: false });
const RESET = { joined: [], left: [], reset: true };

describe("The feed of who comes and goes", () => {
  it("tells once of what has gathered", async () => {
    const { feed, gather, called } = setUp();
    const place = feed.place;
    await gather("+ana", "-bob", "+eve");
    expect(called()).to.equal(1);
    expect(feed.since(place, "ina")).to.deep.equal(change(["ana", "eve"], ["bob"]));
  });

  it("has nothing to tell to somebody who has been told", async () => {
    const { feed, gather } = setUp();
    expect(feed.since(feed.place, "ina")).to.equal(undefined);
    await gather("+ana");
    expect(feed.since(feed.place, "ina")).to.equal(undefined);
  });

  it("does not tell of what has not been gathered yet", async () => {
    const { feed } = setUp();
    const place = feed.place;
    feed.note("ana", true);
    expect(feed.since(place, "ina")).to.equal(undefined);
    feed.stop();
  });

  it("tells nothing of somebody who has come and gone again, or gone and come", async () => {
    const { feed, gather } = setUp();
    const place = feed.place;
    await gather("+ana", "-bob", "-ana", "+bob", "+eve");
    expect(feed.since(place, "ina")).to.deep.equal(change(["eve"]));
  });

  it("tells nothing of them also where the one was gathered after the other", async () => {
    const { feed, gather } = setUp();
    const place = feed.place;
    await gather("+ana");
    await gather("-ana", "+bob");
    expect(feed.since(place, "ina")).to.deep.equal(change(["bob"]));
    await gather("+ana");
    expect(feed.since(place, "ina")).to.deep.equal(change(["bob", "ana"]));
  });

  it("calls nobody where all of it has come to nothing", async () => {
    const { feed, gather, called } = setUp();
    feed.note("ana", true);
    feed.note("ana", false);
    // A timer that was set later, for as long, comes later.
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect([called(), feed.place]).to.deep.equal([0, 0]);
    await gather("+bob");
    expect([called(), feed.place]).to.deep.equal([1, 1]);
  });

  it("takes a hint that comes twice as one", async () => {
    const { feed, gather } = setUp();
    const place = feed.place;
    await gather("+ana", "+ana", "+bob");
    expect(feed.since(place, "ina")).to.deep.equal(change(["ana", "bob"]));
  });

  it("tells nobody of themselves", async () => {
    const { feed, gather } = setUp();
    const place = feed.place;
    await gather("+ana", "+bob");
    expect(feed.since(place, "ana")).to.deep.equal(change(["bob"]));
    const next = feed.place;
    await gather("-bob");
    expect(feed.since(next, "bob")).to.equal(undefined);
  });

  it("tells each from their own place on", async () => {
    const { feed, gather } = setUp();
    const first = feed.place;
    await gather("+ana");
    const second = feed.place;
    await gather("+bob");
    expect(feed.since(first, "ina")).to.deep.equal(change(["ana", "bob"]));
    expect(feed.since(second, "ina")).to.deep.equal(change(["bob"]));
  });

  it("names up to a hundred, and tells to ask anew where there are more", async () => {
    const { feed, gather } = setUp();
    const first = feed.place;
    await gather(...names(100));
    expect(feed.since(first, "ina")?.joined).to.have.length(100);
    expect(feed.since(first, "user-7")?.joined).to.have.length(99).and.not.include("user-7");
    const second = feed.place;
    await gather(...names(101, "other"));
    expect(feed.since(second, "ina")).to.deep.equal(RESET);
  });

  it("tells to ask anew where more than a hundred came in several gatherings", async () => {
    const { feed, gather } = setUp();
    const place = feed.place;
    await gather(...names(60, "a"));
    await gather(...names(60, "b"));
    expect(feed.since(place, "ina")).to.deep.equal(RESET);
  });

  it("remembers a bounded number of gatherings: somebody further behind is told to ask anew", async () => {
    const { feed, gather } = setUp();
    const first = feed.place;
    for (let i = 0; i < 40; i++) await gather(`+user-${i}`);
    expect(feed.since(first, "ina")?.joined).to.have.length(40);
    for (let i = 0; i < 60; i++) await gather(i % 2 === 0 ? "+ana" : "-ana");
    expect(feed.since(first, "ina")).to.deep.equal(RESET);
  });

  it("never has a name in both lists, and tells what has changed in the end, whatever happened", async () => {
    const happening = fc.record({ who: fc.constantFrom("ana", "bob", "eve"), gather: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 12 }), async (happenings) => {
        const { feed, gather } = setUp();
        const online = new Set<string>(["bob"]);
        const before = new Set(online);
        const place = feed.place;
        for (const { who, gather: now } of happenings) {
          const comes = !online.has(who);
          if (comes) online.add(who);
          else online.delete(who);
          if (now) await gather(`${comes ? "+" : "-"}${who}`, "+tick", "-tick", "+tock").then(() => gather("-tock"));
          else feed.note(who, comes);
        }
        await gather("+end");
        const told = feed.since(place, "ina");
        expect(told?.reset).to.equal(false);
        expect([...(told?.joined ?? [])].sort()).to.deep.equal(
          [...online]
            .filter((n) => !before.has(n))
            .concat("end")
            .sort(),
        );
        expect([...(told?.left ?? [])].sort()).to.deep.equal([...before].filter((n) => !online.has(n)).sort());
      }),
      { numRuns: 30 },
    );
  });
});
