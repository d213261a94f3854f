import { tmpdir } from "node:os";
import { expect } from "chai";
import { Random } from "../support/random.ts";
import { needsStrace } from "../support/strace.ts";
import { SlowSyncs } from "./support/slowSyncs.ts";
import { smallDisk } from "./support/smallDisk.ts";
import { useTrials } from "./support/trial.ts";

const seed = Random.seed();
const ROUNDS = 4;
/** How many commands are refused before there is space again. */
const REFUSED = 200;
const DELAY = 2_000;
/** Half a dozen commits of all that members have under way. */
const ACCEPTED_SLOWLY = 2_500;

describe(`A disk (SEED=${seed})`, () => {
  const trial = useTrials();

  it(`that fills up and is freed, ${ROUNDS} times, keeps all that was accepted and nothing that was refused`, async function () {
    const random = new Random(seed);
    const disk = smallDisk(tmpdir());
    const run = await trial({ random, prefix: disk.prefix });
    const refused = () => run.recorder.rejections.get("STORE_UNAVAILABLE") ?? 0;
    for (let round = 1; round <= ROUNDS; round++) {
      await run.accepted(random.between(500, 1_000));
      const enough = refused() + REFUSED;
      disk.fill(run);
      await run.until(`${REFUSED} commands refused`, () => refused() >= enough);
      disk.free(run);
    }
    await run.finish(this, "disk full and freed");
  });

  it("that takes two seconds for a commit loses nothing and doubles nothing", async function () {
    needsStrace(this);
    const run = await trial({ random: new Random(seed) });
    await run.accepted(1_000);
    const slow = await SlowSyncs.begin(run.server.pid, DELAY);
    await run.accepted(ACCEPTED_SLOWLY);
    expect(await slow.end(), "syncs that were slow").to.be.at.least(3);
    await run.finish(this, "disk slow");
  });
});
