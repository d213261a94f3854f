import { expect } from "chai";
import { coalesced } from "../../src/server/common/coalesced.ts";
import { SerialQueue } from "../../src/server/common/serialQueue.ts";
import { turns } from "../support/eventLoop.ts";

describe("coalesced", () => {
  /** A function whose runs the test ends. */
  function setUp() {
    const runs: PromiseWithResolvers<void>[] = [];
    const run = coalesced(() => {
      const ends = Promise.withResolvers<void>();
      runs.push(ends);
      return ends.promise;
    });
    return { runs, run };
  }

  it("a call during a run waits for one more run, which all such calls share", async () => {
    const { runs, run } = setUp();
    const first = run();
    const others = [run(), run(), run()];
    await turns();
    expect(runs).to.have.length(1);
    runs[0]?.resolve();
    await first;
    await turns();
    expect(runs).to.have.length(2);
    runs[1]?.resolve();
    await Promise.all(others);
    expect(runs).to.have.length(2);
  });

  it("a run that fails rejects its own calls alone", async () => {
    const { runs, run } = setUp();
    const first = run().catch((error) => error);
    const second = run();
    runs[0]?.reject(new Error("away"));
    expect((await first).message).to.equal("away");
    await turns();
    runs[1]?.resolve();
    await second;
  });
});

describe("SerialQueue", () => {
  it("a job runs when the jobs before it have ended, also if they failed", async () => {
    const queue = new SerialQueue();
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = queue
      .run(async () => {
        await gate.promise;
        order.push("first");
        throw new Error("away");
      })
      .catch((error) => error);
    const second = queue.run(async () => order.push("second"));
    await turns();
    expect([queue.length, order.length]).to.deep.equal([2, 0]);
    gate.resolve();
    expect((await first).message).to.equal("away");
    expect(await second).to.equal(2);
    expect(order).to.deep.equal(["first", "second"]);
    expect(queue.length).to.equal(0);
  });
});
