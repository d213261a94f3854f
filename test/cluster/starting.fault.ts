import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { sendAll } from "../support/commands.ts";
import { type Cluster, useClusters } from "./support/cluster.ts";
import { useVisitors } from "./support/nodeClients.ts";

const ROUNDS = 3;

describe("The start of a cluster", function () {
  this.timeout(3 * 60_000);
  const cluster = useClusters();
  const visitors = useVisitors();

  async function hearOneAnother(run: Cluster): Promise<void> {
    const [ana] = await run.register("ana");
    const streams = await Promise.all(run.nodes.map((node) => visitors.enter(node, ana)));
    const logs = streams.map((chat) => chat.received("welcome")[0]?.logId);
    expect(new Set(logs).size, `logs among ${logs}`).to.equal(1);
    for (const chat of streams) {
      const { id } = await chat.accept(sendAll("hello"));
      for (const other of streams) await other.next("message", (message) => message.id === id);
    }
  }

  it(`three nodes that start at once on an empty database share one log, ${ROUNDS} times over`, async () => {
    for (let round = 1; round <= ROUNDS; round++) await hearOneAnother(await cluster(3));
  });

  it("three nodes that start before PostgreSQL and NATS wait for them", async () => {
    const run = await cluster(0);
    await Promise.all([run.postgres.stop(), run.nats.stop()]);
    const started = run.addNodes(3);
    started.catch(() => {});
    // The test is about nodes that have to wait for their engines for a while.
    await sleep(3_000);
    await run.postgres.start();
    await started;
    await run.nats.start();
    await hearOneAnother(run);
  });
});
