import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { Random } from "../support/random.ts";
import { useClusters } from "./support/cluster.ts";
import { useRooms } from "./support/room.ts";

/** How long the node is stopped. */
const STOPPED_MS = 10_000;
const ROUNDS = 3;
const seed = Random.seed();

describe(`SIGSTOP for ${STOPPED_MS / 1_000} s under load (SEED=${seed})`, function () {
  this.timeout(10 * 60_000);
  const cluster = useClusters();
  const room = useRooms();

  it(`a stopped node does not delay the others, and continues without a fault, ${ROUNDS} times over`, async function () {
    const random = new Random(seed);
    const nodes = await cluster(3);
    const run = await room(nodes, { random, users: 20, clients: 40, rate: 300, maxText: 60 });
    const { group } = run;
    await group.everyoneBack();
    for (let round = 1; round <= ROUNDS; round++) {
      // The stop often hits a commit.
      await group.accepted(random.between(300, 600));
      const node = random.oneOf(nodes.nodes);
      const before = group.recorder.accepted;
      const pause = group.recorder.countPauses();
      node.server.signal("SIGSTOP");
      await sleep(STOPPED_MS);
      const [longest, accepted] = [pause.ms, group.recorder.accepted - before];
      console.log(`      ${accepted} messages accepted meanwhile, the longest pause ${(longest / 1_000).toFixed(2)} s`);
      node.server.signal("SIGCONT");
      expect(longest, "the longest pause of the others").to.be.below(STOPPED_MS);
      await group.accepted(300);
      await group.everyoneBack();
      // Every node lists every online user, the stopped node too.
      await run.everyoneListed();
    }
    await run.finish(this, "a node stopped", 5_000);
  });
});
