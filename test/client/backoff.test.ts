import { expect } from "chai";
import { Backoff } from "../../src/client/backoff.ts";

describe("the waits between attempts to come back", () => {
  it("may be twice as long after every failure, up to the maximum", () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1000, random: () => 1 });
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).to.deep.equal([100, 200, 400, 800, 1000, 1000]);
  });

  it("begin at 100 ms and end at 10 s where nothing else was asked for", () => {
    const backoff = new Backoff({ random: () => 1 });
    const waits = Array.from({ length: 20 }, () => backoff.next());
    expect(waits[0]).to.equal(100);
    expect(waits.at(-1)).to.equal(10_000);
  });

  it("are anything between nothing and their bound, so that a crowd does not come back at once", () => {
    const dice = [0, 0.25, 0.5];
    const backoff = new Backoff({ firstMs: 100, random: () => dice.shift() ?? 0 });
    expect([1, 2, 3].map(() => backoff.next())).to.deep.equal([0, 50, 200]);
  });

  it("begin again from the first once it worked", () => {
    const backoff = new Backoff({ firstMs: 100, random: () => 1 });
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).to.equal(100);
  });
});
