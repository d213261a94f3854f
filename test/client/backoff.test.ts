import { expect } from "chai";
import { Backoff } from "../../src/client/backoff.ts";

describe("Backoff", () => {
  it("the bound of the wait doubles with every failure, up to the maximum", () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1000, random: () => 1 });
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).to.deep.equal([100, 200, 400, 800, 1000, 1000]);
  });

  it("by default the first wait is at most 100 ms, and the longest at most 10 s", () => {
    const backoff = new Backoff({ random: () => 1 });
    const waits = Array.from({ length: 20 }, () => backoff.next());
    expect(waits[0]).to.equal(100);
    expect(waits.at(-1)).to.equal(10_000);
  });

  it("a wait is random between 0 and its bound, so that many clients do not reconnect at the same time", () => {
    const dice = [0, 0.25, 0.5];
    const backoff = new Backoff({ firstMs: 100, random: () => dice.shift() ?? 0 });
    expect([1, 2, 3].map(() => backoff.next())).to.deep.equal([0, 50, 200]);
  });

  it("after a success the waits begin again with the first", () => {
    const backoff = new Backoff({ firstMs: 100, random: () => 1 });
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).to.equal(100);
  });
});
