import { tmpdir } from "node:os";
import { expect } from "chai";
import { Bench } from "../load/bench.ts";
import { Crowd } from "../load/crowd.ts";
import { Ledger } from "../load/ledger.ts";
import { ClosedLoop } from "../load/pace.ts";
import { readPlan } from "../options.ts";
import { missingPrograms, peerNames } from "../peers/index.ts";
import { scenarios } from "../scenarios/index.ts";

const MESSAGES = 200;
const CLIENTS = 5;

describe("the benchmark's peers, each as a process of its own", () => {
  for (const peer of peerNames) {
    it(`${peer} brings every message to everyone, once and in one order`, async function () {
      const program = missingPrograms([peer])[peer];
      if (program !== undefined && process.env.CI !== undefined)
        throw new Error(`${program} is not installed, and CI is not to go without it`);
      if (program !== undefined) this.skip();
      const bench = new Bench(options(), undefined, () => {});
      try {
        const server = await bench.serve(peer);
        const crowd = new Crowd(bench, server, new Ledger(100));
        const [sender] = await crowd.enter(CLIENTS);
        if (!sender) throw new Error("There is no sender.");
        new ClosedLoop(crowd, [sender], 16).start(MESSAGES);
        await crowd.settle();
        expect(crowd.ledger.deliveries).to.equal(MESSAGES * CLIENTS);
        expect(crowd.ledger.accepted).to.equal(MESSAGES);
        expect(server.cpuSeconds()).to.be.at.least(0);
        expect(server.memory()).to.be.within(1, server.peakMemory());
        crowd.leave();
      } finally {
        await bench.end();
      }
    });
  }
});

function options() {
  const [plan] = readPlan(scenarios, ["node", "bench", "--data", tmpdir()]);
  if (!plan) throw new Error("There is no scenario.");
  return plan.options;
}
