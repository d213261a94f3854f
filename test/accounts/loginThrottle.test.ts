import { expect } from "chai";
import { LoginThrottle, waitAfterMs } from "../../src/server/accounts/loginThrottle.ts";
import { Refusal } from "../../src/server/common/refusal.ts";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { MemoryFailedLogins } from "../../src/server/engines/memory/index.ts";
import { Gate } from "../support/engines.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const KEY = "ana 127.0.0.1";

function setUp(free = 5) {
  let now = 1_700_000_000_000;
  const gate = new LoginThrottle(new MemoryFailedLogins(), { free, clock: () => now });
  const attempt = async (right: boolean, key = KEY) => gate.attempt(key, async () => (right ? "in" : undefined));
  /** How long an attempt would have to wait; 0: it is made, and fails. */
  const failure = async (key = KEY) => {
    try {
      expect(await attempt(false, key)).to.equal(undefined);
      return 0;
    } catch (error) {
      expect(error).to.be.instanceOf(Refusal).and.to.include({ reason: "TOO_MANY_ATTEMPTS" });
      return (error as Refusal).retryAfter ?? 0;
    }
  };
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { gate, attempt, failure, pass };
}

describe("The wait after failed sign-ins", () => {
  it("is none for the first few, then doubles from 1 s to 15 minutes", () => {
    const waits = Array.from({ length: 18 }, (_, failures) => waitAfterMs(failures, 5) / SECOND);
    expect(waits).to.deep.equal([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    expect(waitAfterMs(5_000, 5)).to.equal(15 * MINUTE);
  });

  it("is the least that an attempt has to wait, and what the refusal says", async () => {
    const { failure, pass } = setUp();
    for (let i = 0; i < 5; i++) expect(await failure()).to.equal(0);
    expect(await failure()).to.equal(1 * SECOND);
    pass(999);
    expect(await failure()).to.equal(1);
    pass(1);
    expect(await failure()).to.equal(0);
    expect(await failure()).to.equal(2 * SECOND);
    pass(2 * SECOND);
    expect(await failure()).to.equal(0);
    expect(await failure()).to.equal(4 * SECOND);
  });

  it("does not grow by what it refuses", async () => {
    const { failure } = setUp();
    for (let i = 0; i < 5; i++) await failure();
    for (let i = 0; i < 50; i++) expect(await failure()).to.equal(1 * SECOND);
  });

  it("holds back the right password too", async () => {
    const { attempt, failure, pass } = setUp();
    for (let i = 0; i < 5; i++) await failure();
    const refused = await attempt(true).catch((error) => error);
    expect(refused).to.include({ reason: "TOO_MANY_ATTEMPTS" });
    expect(refused.message).to.match(/1 second\./);
    pass(1 * SECOND);
    expect(await attempt(true)).to.equal("in");
  });

  it("is over with the right password: one has as many failures free as before", async () => {
    const { attempt, failure } = setUp();
    for (let i = 0; i < 4; i++) await failure();
    expect(await attempt(true)).to.equal("in");
    for (let i = 0; i < 5; i++) expect(await failure()).to.equal(0);
    expect(await failure()).to.equal(1 * SECOND);
  });

  it("is one name's and address's own", async () => {
    const { failure } = setUp();
    for (let i = 0; i < 6; i++) await failure();
    expect(await failure("bob 127.0.0.1")).to.equal(0);
    expect(await failure("ana 127.0.0.2")).to.equal(0);
  });

  it("is forgotten 15 minutes after the last failure", async () => {
    const { failure, pass } = setUp();
    for (let i = 0; i < 5; i++) await failure();
    pass(15 * MINUTE);
    for (let i = 0; i < 5; i++) expect(await failure()).to.equal(0);
  });

  it("is never longer than 15 minutes, also when the clock was set back a little", async () => {
    const { failure, pass } = setUp();
    for (let i = 0; i < 6; i++) await failure();
    pass(-1 * MINUTE);
    expect(await failure()).to.be.within(1, 15 * MINUTE);
  });

  it("does not last until a clock that was ahead would be right: the right password is let in", async () => {
    const { attempt, failure, pass } = setUp();
    pass(7 * 24 * 60 * MINUTE);
    for (let i = 0; i < 6; i++) await failure();
    pass(-7 * 24 * 60 * MINUTE);
    expect(await attempt(true)).to.equal("in");
  });

  it("is none at all where it is set to 0", async () => {
    const { failure } = setUp(0);
    for (let i = 0; i < 50; i++) expect(await failure()).to.equal(0);
  });

  it("does not count an attempt that could not be made", async () => {
    const { gate, failure } = setUp();
    for (let i = 0; i < 20; i++) {
      const broken = gate.attempt(KEY, () => Promise.reject(new StoreUnavailable("the disk is away")));
      expect(await broken.catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    }
    expect(await failure()).to.equal(0);
  });
});

describe("Attempts that come at once", () => {
  it("for one name and address are made one after the other, so that each counts", async () => {
    const { gate } = setUp();
    let running = 0;
    let most = 0;
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        gate.attempt(KEY, async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return undefined;
        }),
      ),
    );
    expect(most).to.equal(1);
    expect(attempts.filter(({ status }) => status === "fulfilled")).to.have.length(5);
  });

  it("for several names do not wait for one another", async () => {
    const { gate, attempt } = setUp();
    const held = new Gate();
    held.shut();
    const slow = gate.attempt(KEY, async () => {
      await held.pass();
      return "in";
    });
    expect(await attempt(true, "bob 127.0.0.1")).to.equal("in");
    held.open();
    expect(await slow).to.equal("in");
  });

  it("wait in a line that is bounded: past it they are refused as OVERLOADED, and then let in again", async () => {
    const { gate, attempt } = setUp();
    const held = new Gate();
    held.shut();
    const waiting = Array.from({ length: 32 }, () =>
      gate.attempt(KEY, async () => {
        await held.pass();
        return "in";
      }),
    );
    const refused = await attempt(true).catch((error) => error);
    expect(refused).to.be.instanceOf(Refusal).and.to.include({ reason: "OVERLOADED" });
    expect(refused.retryAfter).to.be.above(0);
    held.open();
    expect(new Set(await Promise.all(waiting))).to.deep.equal(new Set(["in"]));
    expect(await attempt(true)).to.equal("in");
  });

  it("go on behind one that could not be made", async () => {
    const { gate, attempt } = setUp();
    const broken = gate.attempt(KEY, () => Promise.reject(new StoreUnavailable("the disk is away")));
    const next = attempt(true);
    expect(await broken.catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    expect(await next).to.equal("in");
  });
});
