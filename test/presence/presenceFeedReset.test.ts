import { expect } from "chai";
import { change, setUp } from "./feedOnRoster.ts";

const names = (count: number, prefix = "user") => Array.from({ length: count }, (_, i) => `+${prefix}-${i}`);
/** Tells a stream to ask for the list. */
const RESET = { joined: [], left: [], reset: true };

describe("PresenceFeed with more changes than it keeps or lists", () => {
  it("streams are told to ask for the list if the roster no longer has the changes", async () => {
    const { feed, gather, happen } = await setUp();
    const offset = feed.offset;
    for (let i = 0; i < 5_000; i++) await happen(i % 2 === 0 ? "+ana" : "-ana");
    await gather("+ana");
    expect(feed.since(offset, "ina")).to.deep.equal(RESET);
    const next = feed.offset;
    await gather("-ana");
    expect(feed.since(next, "ina")).to.deep.equal(change([], ["ana"]));
    expect(feed.since(offset, "ina")).to.deep.equal(RESET);
  });

  it("an event lists up to 100 names; with more, streams are told to ask for the list", async () => {
    const { feed, gather } = await setUp();
    const first = feed.offset;
    await gather(...names(100));
    expect(feed.since(first, "ina")?.joined).to.have.length(100);
    expect(feed.since(first, "user-7")?.joined).to.have.length(99).and.not.include("user-7");
    const second = feed.offset;
    await gather(...names(101, "other"));
    expect(feed.since(second, "ina")).to.deep.equal(RESET);
  });

  it("a stream is told to ask for the list if several windows together have more than 100 names", async () => {
    const { feed, gather } = await setUp();
    const offset = feed.offset;
    await gather(...names(60, "a"));
    await gather(...names(60, "b"));
    expect(feed.since(offset, "ina")).to.deep.equal(RESET);
  });

  it("the feed keeps a bounded number of changes: a stream further behind is told to ask for the list", async () => {
    const { feed, gather } = await setUp();
    const first = feed.offset;
    for (let i = 0; i < 40; i++) await gather(`+user-${i}`);
    const second = feed.offset;
    for (let i = 0; i < 100; i++) await gather(i % 2 === 0 ? "+ana" : "-ana");
    expect(feed.since(first, "ina")?.joined).to.have.length(40);
    for (let i = 0; i < 10; i++)
      await gather(...Array.from({ length: 80 }, (_, k) => (k % 2 === 0 ? "+ana" : "-ana")), "+eve").then(() =>
        gather("-eve"),
      );
    for (const offset of [first, second]) expect(feed.since(offset, "ina")).to.deep.equal(RESET);
  });
});
