import { expect } from "chai";
import { RateLimiter } from "../../src/server/chat/rateLimiter.ts";
import { within } from "../support/deadline.ts";
import { isSettled, turns } from "../support/eventLoop.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

const [ana, bob] = [1, 2];

/** A rate that fills up again in 1,000 s, of which none pass. */
const slow = (burst: number) => new RateLimiter({ messagesPerSecond: 0.001, burst }, manualStopwatch());

describe("The rate", () => {
  it("lets a burst through at once, and then says how long it is until the next one", async () => {
    const rate = slow(3);
    for (let i = 0; i < 3; i++) {
      expect(await rate.take(ana)).to.equal(0);
      rate.settle(ana, true);
    }
    expect(await rate.take(ana)).to.equal(1_000_000);
  });

  it("is each user's own", async () => {
    const rate = slow(1);
    expect(await rate.take(ana)).to.equal(0);
    rate.settle(ana, true);
    expect(await rate.take(ana)).to.be.above(0);
    expect(await rate.take(bob)).to.equal(0);
  });

  it("lets the next one through when it has filled up again, after the time that it said", async () => {
    const stopwatch = manualStopwatch();
    const rate = new RateLimiter({ messagesPerSecond: 62.5, burst: 1 }, stopwatch);
    expect(await rate.take(ana)).to.equal(0);
    rate.settle(ana, true);
    expect(await rate.take(ana)).to.equal(16);
    stopwatch.advance(15);
    expect(await rate.take(ana)).to.equal(1);
    stopwatch.advance(1);
    expect(await rate.take(ana)).to.equal(0);
  });

  it("does not count those that were refused: asking again and again makes nobody wait longer", async () => {
    const rate = slow(1);
    await rate.take(ana);
    rate.settle(ana, true);
    for (let i = 0; i < 100; i++) expect(await rate.take(ana)).to.equal(1_000_000);
  });

  it("gets back what was not counted in the end", async () => {
    const rate = slow(2);
    for (let i = 0; i < 10; i++) {
      expect(await rate.take(ana)).to.equal(0);
      rate.settle(ana, false);
    }
    for (let i = 0; i < 2; i++) {
      expect(await rate.take(ana)).to.equal(0);
      rate.settle(ana, true);
    }
    expect(await rate.take(ana)).to.be.above(0);
  });

  it("counts a message that was accepted once: when the log brings it, and not when it has its outcome", async () => {
    const rate = slow(2);
    for (const order of ["log first", "outcome first"]) {
      expect(await rate.take(ana), order).to.equal(0);
      if (order === "log first") rate.spend(ana);
      rate.settle(ana, false);
      if (order === "outcome first") rate.spend(ana);
    }
    expect(await rate.take(ana)).to.equal(1_000_000);
  });

  it("counts what was sent by way of other nodes, also what went past the burst there", async () => {
    const rate = slow(2);
    rate.spend(ana);
    expect(await rate.take(ana)).to.equal(0);
    rate.settle(ana, true);
    rate.spend(ana);
    expect(await rate.take(ana)).to.equal(2_000_000);
    expect(await rate.take(bob)).to.equal(0);
  });

  it("makes nobody wait for ever for what was sent elsewhere and is heard of late", async () => {
    const rate = slow(2);
    for (let i = 0; i < 100; i++) rate.spend(ana);
    expect(await rate.take(ana)).to.equal(5_000_000);
  });

  it("refuses nobody while what is under way may still come back, and lets them through when it does", async () => {
    const rate = slow(1);
    await rate.take(ana);
    const next = rate.take(ana);
    expect(await isSettled(next)).to.equal(false);
    rate.settle(ana, false);
    expect(await within(next, "the token that came back")).to.equal(0);
  });

  it("refuses those who waited when nothing came back", async () => {
    const rate = slow(2);
    await rate.take(ana);
    await rate.take(ana);
    const waiting = Promise.all([rate.take(ana), rate.take(ana)]);
    rate.settle(ana, true);
    expect(await isSettled(waiting)).to.equal(false);
    rate.settle(ana, true);
    for (const wait of await within(waiting, "the refusals")) expect(wait).to.be.above(0);
  });

  it("gives what came back to one of those who wait, and the others go on waiting", async () => {
    const rate = slow(1);
    await rate.take(ana);
    const outcomes: number[] = [];
    const waiting = [1, 2, 3].map(() => rate.take(ana).then((wait) => outcomes.push(wait)));
    rate.settle(ana, false);
    await turns(3);
    expect(outcomes).to.deep.equal([0]);
    rate.settle(ana, true);
    await within(Promise.all(waiting), "the refusals");
    expect(outcomes.filter((wait) => wait === 0)).to.have.length(1);
  });

  for (const limits of [
    { messagesPerSecond: 0, burst: 20 },
    { messagesPerSecond: 10, burst: 0 },
  ]) {
    it(`is none with ${limits.messagesPerSecond} a second and a burst of ${limits.burst}`, async () => {
      const rate = new RateLimiter(limits);
      for (let i = 0; i < 1_000; i++) expect(await rate.take(ana)).to.equal(0);
      rate.settle(ana, true);
    });
  }

  it("forgets nobody who has yet to fill up, and nobody whose message is under way", async () => {
    const rate = slow(1);
    await rate.take(ana);
    rate.purge();
    expect(await isSettled(rate.take(ana)), "a message is under way").to.equal(false);
    rate.settle(ana, true);
    rate.purge();
    expect(await rate.take(ana), "the bucket is empty").to.be.above(0);
  });
});
