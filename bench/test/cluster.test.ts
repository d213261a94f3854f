import { tmpdir } from "node:os";
import { expect } from "chai";
import { Bench } from "../load/bench.ts";
import { NodeLatencyMeter } from "../load/nodeLatency.ts";
import { Recorder } from "../load/recorder.ts";
import { ClosedLoop } from "../load/sendLoops.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import { readPlan } from "../run/plan.ts";
import { scenarios } from "../scenarios/index.ts";
import { missingEngine } from "../targets/engine.ts";

const MESSAGES = 100;
const CLIENTS = 6;

describe("Cluster", () => {
  it("a cluster delivers every message to each client in order, and reports each part's CPU time", async function () {
    this.timeout(60_000);
    const missing = missingEngine(["postgres", "nats"]);
    if (missing !== undefined && process.env.CI !== undefined)
      throw new Error(`${missing} is not installed, and CI must not skip this test`);
    if (missing !== undefined) this.skip();
    const bench = new Bench(options(), undefined, () => {});
    try {
      const cluster = await bench.startCluster({ nodes: 2, engines: ["postgres", "nats"] });
      const users = new VirtualUsers(bench, cluster, new Recorder(100));
      const meter = new NodeLatencyMeter();
      users.onDelivered = (node, number, at) => meter.add(node, number, at);
      meter.start(1);
      const senders = await users.connectAndJoin(CLIENTS);
      new ClosedLoop(users, senders, 8).start(MESSAGES);
      await users.waitUntilComplete();
      expect(users.recorder.deliveries).to.equal(MESSAGES * CLIENTS);
      const { same, other } = meter.latencies(users.recorder);
      expect([same.total, other.total]).to.deep.equal([(MESSAGES * CLIENTS) / 2, (MESSAGES * CLIENTS) / 2]);
      const { messages, busMessages, busBytes } = await cluster.counts();
      expect(messages).to.equal(MESSAGES);
      expect(busMessages).to.be.at.least(1);
      expect(busBytes).to.be.at.least(MESSAGES * 100);
      expect(cluster.cpuOfParts()).to.have.all.keys("nodes", "postgres", "nats");
      expect(cluster.cpuOfParts().postgres).to.be.above(0);
      users.disconnect();
    } finally {
      await bench.end();
    }
  });
});

describe("readPlan", () => {
  const names = (...argv: string[]) =>
    readPlan(scenarios, ["node", "bench", ...argv]).map(({ scenario }) => scenario.name);

  it("a scenario with several nodes runs only with --cluster or by its name", () => {
    expect(names()).to.include("fan-out").and.not.include("cluster-fan-out");
    expect(names("--cluster")).to.include("cluster-fan-out").and.not.include("fan-out");
    expect(names("cluster-at-rest")).to.deep.equal(["cluster-at-rest"]);
  });
});

function options() {
  const [plan] = readPlan(scenarios, ["node", "bench", "--data", tmpdir()]);
  if (!plan) throw new Error("There is no scenario.");
  return plan.options;
}
