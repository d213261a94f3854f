import { expect } from "chai";
import { JobQueue } from "../../src/server/engines/shared/jobQueue.ts";
import { Gate } from "../support/engines.ts";
import { turns } from "../support/eventLoop.ts";

describe("JobQueue", () => {
  function setUp(maxRunning: number, maxWaiting: number) {
    const queue = new JobQueue(maxRunning, maxWaiting);
    const gate = new Gate();
    gate.shut();
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const run = (job: number) =>
      queue.run(async () => {
        begun.push(job);
        most = Math.max(most, ++running);
        await gate.pass();
        running -= 1;
        return job;
      });
    return { queue, gate, begun, run, most: () => most };
  }

  it("a queue runs at most maxRunning jobs at once, and starts the others in the order of arrival", async () => {
    const { gate, begun, run, most } = setUp(2, 10);
    const jobs = [1, 2, 3, 4, 5].map(run);
    await turns();
    expect(begun).to.deep.equal([1, 2]);
    gate.open();
    expect(await Promise.all(jobs)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(begun).to.deep.equal([1, 2, 3, 4, 5]);
    expect(most()).to.equal(2);
  });

  it("a full queue refuses a job at once", async () => {
    const { gate, run } = setUp(1, 2);
    const jobs = [1, 2, 3].map(run);
    expect(await run(4).catch((error) => error)).to.include({ name: "QueueFull" });
    gate.open();
    expect(await Promise.all(jobs)).to.deep.equal([1, 2, 3]);
    expect(await run(5)).to.equal(5);
  });

  it("a queue runs the next job after a failed one", async () => {
    const { queue, gate, run } = setUp(1, 2);
    gate.open();
    const failed = queue.run(() => Promise.reject(new Error("out of memory")));
    const next = run(1);
    expect((await failed.catch((error) => error)).message).to.equal("out of memory");
    expect(await next).to.equal(1);
  });

  it("a queue gives a free slot to the next waiting job, and not to a job that arrives later", async () => {
    const { gate, run, most } = setUp(1, 10);
    const first = run(1);
    const second = run(2);
    gate.open();
    await first;
    await Promise.all([run(3), second]);
    expect(most()).to.equal(1);
  });
});
