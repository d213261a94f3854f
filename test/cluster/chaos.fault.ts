import { expect } from "chai";
import { Random } from "../support/random.ts";
import { strikeAtRandom } from "./support/chaos.ts";
import { useClusters } from "./support/cluster.ts";
import { useRooms } from "./support/room.ts";

/** How long the test lasts, and the number of messages that it accounts for at least: 20,000 in 5 minutes. */
const MINUTES = Number(process.env.MINUTES ?? 5);
const LEAST = 4_000 * MINUTES;
const CLIENTS = 60;
const seed = Random.seed();

describe(`Random faults of a cluster for ${MINUTES} minutes (SEED=${seed})`, function () {
  this.timeout((MINUTES + 5) * 60_000);
  const cluster = useClusters();
  const room = useRooms();

  it(`three nodes with ${CLIENTS} clients lose and duplicate no message under random faults`, async function () {
    const nodes = await cluster();
    const run = await room(nodes, { random: new Random(seed), users: 30, clients: CLIENTS, rate: 200, maxText: 60 });
    await run.group.everyoneBack();
    const counts = await strikeAtRandom(nodes, run, seed, MINUTES * 60_000);
    console.log(
      `      ${[...counts]
        .map(([name, count]) => `${name} ${count} times`)
        .sort()
        .join(", ")}`,
    );
    await run.finish(this, "everything at random", LEAST);
    expect(run.group.recorder.duplicates, "answers that accepted a command as a duplicate").to.be.greaterThan(0);
  });
});
