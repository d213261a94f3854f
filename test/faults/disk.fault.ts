import { tmpdir } from "node:os";
import { expect } from "chai";
import { Random } from "../support/random.ts";
import { needsStrace } from "../support/strace.ts";
import { SlowSyncs } from "./support/slowSyncs.ts";
import { smallDisk } from "./support/smallDisk.ts";
import { useTrials } from "./support/trial.ts";

const seed = Random.seed();
const ROUNDS = 4;
/** How many commands are rejected before the disk is freed. */
const REFUSED = 200;
const DELAY = 2_000;
/** About six commits, each with all commands that the users have in flight. */
const ACCEPTED_SLOWLY = 2_500;

describe(`A bad disk (SEED=${seed})`, () => {
  const trial = useTrials();

  it(`a disk that is full ${ROUNDS} times keeps all accepted messages and no rejected one`, async function () {
    const random = new Random(seed);
    const disk = smallDisk(tmpdir());
    const run = await trial({ random, prefix: disk.prefix });
    const refused = () => run.group.recorder.rejections.get("STORE_UNAVAILABLE") ?? 0;
    for (let round = 1; round <= ROUNDS; round++) {
      await run.group.accepted(random.between(500, 1_000));
      const enough = refused() + REFUSED;
      disk.fill(run);
      await run.group.until(`${REFUSED} commands rejected`, () => refused() >= enough);
      disk.free(run);
    }
    await run.finish(this, "disk full and freed");
  });

  it("a disk that takes two seconds for a commit loses and doubles nothing", async function () {
    needsStrace(this);
    const run = await trial({ random: new Random(seed) });
    await run.group.accepted(1_000);
    const slow = await SlowSyncs.begin(run.server.pid, DELAY);
    await run.group.accepted(ACCEPTED_SLOWLY);
    expect(await slow.end(), "syncs that were slow").to.be.at.least(3);
    await run.finish(this, "disk slow");
  });
});
