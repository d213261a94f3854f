import { tmpdir } from "node:os";
import { expect } from "chai";
import { Bench } from "../load/bench.ts";
import { Recorder } from "../load/recorder.ts";
import { ClosedLoop } from "../load/sendLoops.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import { missingPrograms, peerNames } from "../peers/index.ts";
import { readPlan } from "../run/plan.ts";
import { scenarios } from "../scenarios/index.ts";

const MESSAGES = 200;
const CLIENTS = 5;

describe("the peers", () => {
  for (const peer of peerNames) {
    it(`${peer} delivers every message to each client once, in one order`, async function () {
      const program = missingPrograms([peer])[peer];
      if (program !== undefined && process.env.CI !== undefined)
        throw new Error(`${program} is not installed, and CI must not skip this test`);
      if (program !== undefined) this.skip();
      const bench = new Bench(options(), undefined, () => {});
      try {
        const server = await bench.startServer(peer);
        const users = new VirtualUsers(bench, server, new Recorder(100));
        const [sender] = await users.connectAndJoin(CLIENTS);
        if (!sender) throw new Error("There is no sender.");
        new ClosedLoop(users, [sender], 16).start(MESSAGES);
        await users.waitUntilComplete();
        expect(users.recorder.deliveries).to.equal(MESSAGES * CLIENTS);
        expect(users.recorder.accepted).to.equal(MESSAGES);
        expect(server.cpuSeconds()).to.be.at.least(0);
        expect(server.memoryMib()).to.be.within(1, server.peakMemoryMib());
        users.disconnect();
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
