import { expect } from "chai";
import { Random } from "../support/random.ts";
import { useTrials } from "./support/trial.ts";

const ROUNDS = 5;
const seed = Random.seed();

describe(`A server that is drained with SIGTERM under load and started again (SEED=${seed})`, () => {
  const trial = useTrials();

  it(`${ROUNDS} times over has lost and doubled nothing for those who come back`, async function () {
    const random = new Random(seed);
    const run = await trial({ random });
    for (let round = 1; round <= ROUNDS; round++) {
      await run.accepted(random.between(500, 1_200));
      await run.everyoneBack();
      const { code, stderr } = await run.server.kill("SIGTERM");
      expect(code, stderr).to.equal(0);
      await run.server.startAgain();
    }
    for (const { client, streams } of run.users) expect(streams, `streams of ${client}`).to.be.at.least(ROUNDS);
    await run.finish(this, "drain");
  });
});
