import { expect } from "chai";
import { CallLimit } from "../../src/server/chat/callLimit.ts";
import { Refusal } from "../../src/server/common/refusal.ts";
import { Gate } from "../support/engines.ts";
import { range } from "../support/storeFixture.ts";

describe("CallLimit", () => {
  it("four calls of an account run at once, and a fifth is refused with a wait", async () => {
    const limit = new CallLimit(4);
    const gate = new Gate();
    gate.shut();
    const running = range(1, 4).map((i) => limit.run(1, async () => gate.pass().then(() => i)));
    const refusal = await limit.run(1, async () => 5).catch((error) => error);
    expect(refusal).to.be.instanceOf(Refusal);
    expect(refusal).to.include({ reason: "OVERLOADED" });
    expect(refusal.retryAfterMs).to.be.above(0);
    expect(await limit.run(2, async () => 6), "another account").to.equal(6);
    gate.open();
    expect(await Promise.all(running)).to.deep.equal([1, 2, 3, 4]);
    expect(await limit.run(1, async () => 7)).to.equal(7);
  });

  it("a call that fails makes space for the next one", async () => {
    const limit = new CallLimit(1);
    const fail = async () => {
      throw new Error("the store is unavailable");
    };
    for (const _ of range(1, 3)) {
      expect(await limit.run(1, fail).catch((error) => error.message)).to.equal("the store is unavailable");
    }
    expect(await limit.run(1, async () => 1)).to.equal(1);
  });

  it("nothing is kept of an account without a call", async () => {
    const limit = new CallLimit(2);
    await Promise.all(range(1, 1_000).map((accountId) => limit.run(accountId, async () => {})));
    expect(limit.accounts).to.equal(0);
  });
});
