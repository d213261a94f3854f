import { expect } from "chai";
import { RateLimiter } from "../../src/server/chat/rateLimiter.ts";
import { within } from "../support/deadline.ts";
import { isSettled, turns } from "../support/eventLoop.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

const [ana, bob] = [1, 2];

/** A limiter with a token every 1,000 s. Its stopwatch stands still until a test advances it. */
const slow = (burst: number) => new RateLimiter({ messagesPerSecond: 0.001, burst }, manualStopwatch());

describe("RateLimiter", () => {
  it("a burst passes at once, and after it the time until the next token is known", async () => {
    const rate = slow(3);
    for (let i = 0; i < 3; i++) {
      expect(await rate.take(ana)).to.equal(0);
      rate.settle(ana, true);
    }
    expect(await rate.take(ana)).to.equal(1_000_000);
  });

  it("every user has a rate of their own", async () => {
    const rate = slow(1);
    expect(await rate.take(ana)).to.equal(0);
    rate.settle(ana, true);
    expect(await rate.take(ana)).to.be.above(0);
    expect(await rate.take(bob)).to.equal(0);
  });

  it("the next message passes after the time that was given", async () => {
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

  it("refused messages cost no token, so retrying does not make the wait longer", async () => {
    const rate = slow(1);
    await rate.take(ana);
    rate.settle(ana, true);
    for (let i = 0; i < 100; i++) expect(await rate.take(ana)).to.equal(1_000_000);
  });

  it("a token that was not spent is given back", async () => {
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

  it("an accepted message is charged once: when the log brings it, and not when its outcome is known", async () => {
    const rate = slow(2);
    for (const order of ["log first", "outcome first"]) {
      expect(await rate.take(ana), order).to.equal(0);
      if (order === "log first") rate.spend(ana);
      rate.settle(ana, false);
      if (order === "outcome first") rate.spend(ana);
    }
    expect(await rate.take(ana)).to.equal(1_000_000);
  });

  it("messages that were sent on other nodes are charged too, also beyond the burst", async () => {
    const rate = slow(2);
    rate.spend(ana);
    expect(await rate.take(ana)).to.equal(0);
    rate.settle(ana, true);
    rate.spend(ana);
    expect(await rate.take(ana)).to.equal(2_000_000);
    expect(await rate.take(bob)).to.equal(0);
  });

  it("the debt from messages that were sent on other nodes is bounded", async () => {
    const rate = slow(2);
    for (let i = 0; i < 100; i++) rate.spend(ana);
    expect(await rate.take(ana)).to.equal(5_000_000);
  });

  it("a message waits while a token may still be given back, and passes when it is", async () => {
    const rate = slow(1);
    await rate.take(ana);
    const next = rate.take(ana);
    expect(await isSettled(next)).to.equal(false);
    rate.settle(ana, false);
    expect(await within(next, "the token that came back")).to.equal(0);
  });

  it("the messages that waited are refused if no token is given back", async () => {
    const rate = slow(2);
    await rate.take(ana);
    await rate.take(ana);
    const waiting = Promise.all([rate.take(ana), rate.take(ana)]);
    rate.settle(ana, true);
    expect(await isSettled(waiting)).to.equal(false);
    rate.settle(ana, true);
    for (const wait of await within(waiting, "the refusals")) expect(wait).to.be.above(0);
  });

  it("a token that is given back goes to one waiting message, and the others wait on", async () => {
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
    it(`there is no limit with ${limits.messagesPerSecond} a second and a burst of ${limits.burst}`, async () => {
      const rate = new RateLimiter(limits);
      for (let i = 0; i < 1_000; i++) expect(await rate.take(ana)).to.equal(0);
      rate.settle(ana, true);
    });
  }

  it("a purge keeps buckets that are not full, and those of messages in flight", async () => {
    const rate = slow(1);
    await rate.take(ana);
    rate.purge();
    expect(await isSettled(rate.take(ana)), "a message is in flight").to.equal(false);
    rate.settle(ana, true);
    rate.purge();
    expect(await rate.take(ana), "the bucket is empty").to.be.above(0);
  });
});
