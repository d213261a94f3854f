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
  /** Makes an attempt with a wrong password; returns how long it must wait, in ms, and 0 if it was made. */
  const failure = async (key = KEY) => {
    try {
      expect(await attempt(false, key)).to.equal(undefined);
      return 0;
    } catch (error) {
      expect(error).to.be.instanceOf(Refusal).and.to.include({ reason: "TOO_MANY_ATTEMPTS" });
      return (error as Refusal).retryAfterMs ?? 0;
    }
  };
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { gate, attempt, failure, pass };
}

describe("LoginThrottle: the wait", () => {
  it("the first few failed sign-ins cause no wait; then it doubles from 1 s to 15 minutes", () => {
    const waits = Array.from({ length: 18 }, (_, failures) => waitAfterMs(failures, 5) / SECOND);
    expect(waits).to.deep.equal([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    expect(waitAfterMs(5_000, 5)).to.equal(15 * MINUTE);
  });

  it("an attempt must wait as long as the refusal says, and no longer", async () => {
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

  it("a refused attempt does not lengthen the wait", async () => {
    const { failure } = setUp();
    for (let i = 0; i < 5; i++) await failure();
    for (let i = 0; i < 50; i++) expect(await failure()).to.equal(1 * SECOND);
  });

  it("an attempt with the right password also has to wait", async () => {
    const { attempt, failure, pass } = setUp();
    for (let i = 0; i < 5; i++) await failure();
    const refused = await attempt(true).catch((error) => error);
    expect(refused).to.include({ reason: "TOO_MANY_ATTEMPTS" });
    expect(refused.message).to.match(/1 second\./);
    pass(1 * SECOND);
    expect(await attempt(true)).to.equal("in");
  });

  it("the right password resets the count of failures, so that the next few cause no wait again", async () => {
    const { attempt, failure } = setUp();
    for (let i = 0; i < 4; i++) await failure();
    expect(await attempt(true)).to.equal("in");
    for (let i = 0; i < 5; i++) expect(await failure()).to.equal(0);
    expect(await failure()).to.equal(1 * SECOND);
  });

  it("each name and address has its own wait", async () => {
    const { failure } = setUp();
    for (let i = 0; i < 6; i++) await failure();
    expect(await failure("bob 127.0.0.1")).to.equal(0);
    expect(await failure("ana 127.0.0.2")).to.equal(0);
  });

  it("the failures are removed 15 minutes after the last one", async () => {
    const { failure, pass } = setUp();
    for (let i = 0; i < 5; i++) await failure();
    pass(15 * MINUTE);
    for (let i = 0; i < 5; i++) expect(await failure()).to.equal(0);
  });

  it("the wait never exceeds 15 minutes, also if the clock was set back a little", async () => {
    const { failure, pass } = setUp();
    for (let i = 0; i < 6; i++) await failure();
    pass(-1 * MINUTE);
    expect(await failure()).to.be.within(1, 15 * MINUTE);
  });

  it("failures that were counted while the clock was ahead do not lock out the right password", async () => {
    const { attempt, failure, pass } = setUp();
    pass(7 * 24 * 60 * MINUTE);
    for (let i = 0; i < 6; i++) await failure();
    pass(-7 * 24 * 60 * MINUTE);
    expect(await attempt(true)).to.equal("in");
  });

  it("a throttle with 0 free failures causes no wait", async () => {
    const { failure } = setUp(0);
    for (let i = 0; i < 50; i++) expect(await failure()).to.equal(0);
  });

  it("an attempt that the store could not carry out does not count as a failure", async () => {
    const { gate, failure } = setUp();
    for (let i = 0; i < 20; i++) {
      const broken = gate.attempt(KEY, () => Promise.reject(new StoreUnavailable("the disk is gone")));
      expect(await broken.catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    }
    expect(await failure()).to.equal(0);
  });
});

describe("LoginThrottle: concurrent attempts", () => {
  it("concurrent attempts for one name and address run one after the other, so that each counts", async () => {
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

  it("attempts for different names do not wait for one another", async () => {
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

  it("the queue of attempts is bounded: an attempt beyond it is OVERLOADED, and a later one is admitted", async () => {
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
    expect(refused.retryAfterMs).to.be.above(0);
    held.open();
    expect(new Set(await Promise.all(waiting))).to.deep.equal(new Set(["in"]));
    expect(await attempt(true)).to.equal("in");
  });

  it("an attempt runs after an earlier one that the store could not carry out", async () => {
    const { gate, attempt } = setUp();
    const broken = gate.attempt(KEY, () => Promise.reject(new StoreUnavailable("the disk is gone")));
    const next = attempt(true);
    expect(await broken.catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    expect(await next).to.equal("in");
  });
});
