import { expect } from "chai";
import { Random } from "../support/random.ts";
import { injectFaults } from "./support/chaos.ts";
import { useClusters } from "./support/cluster.ts";
import { useRooms } from "./support/room.ts";

/** The duration of the test, and the least number of messages: 20,000 in 5 minutes. */
const MINUTES = Number(process.env.MINUTES ?? 5);
const MIN_MESSAGES = 4_000 * MINUTES;
const CLIENTS = 60;
const seed = Random.seed();

describe(`Random faults for ${MINUTES} minutes (SEED=${seed})`, function () {
  this.timeout((MINUTES + 5) * 60_000);
  const cluster = useClusters();
  const room = useRooms();

  it(`three nodes with ${CLIENTS} clients lose and duplicate no message, and keep one order, under random faults`, async function () {
    const nodes = await cluster();
    const run = await room(nodes, { random: new Random(seed), users: 30, clients: CLIENTS, rate: 200, maxText: 60 });
    await run.group.everyoneBack();
    const counts = await injectFaults(nodes, run, seed, MINUTES * 60_000);
    console.log(
      `      ${[...counts]
        .map(([name, count]) => `${name} ${count} times`)
        .sort()
        .join(", ")}`,
    );
    await run.finish(this, "random faults", MIN_MESSAGES);
    expect(run.group.recorder.duplicates, "commits whose answer was lost").to.be.greaterThan(0);
  });
});
