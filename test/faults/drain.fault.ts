import { expect } from "chai";
import { Random } from "../support/random.ts";
import { useTrials } from "./support/trial.ts";

const ROUNDS = 5;
const seed = Random.seed();

describe(`SIGTERM under load (SEED=${seed})`, () => {
  const trial = useTrials();

  it(`a server that is drained and restarted ${ROUNDS} times loses and duplicates no message`, async function () {
    const random = new Random(seed);
    const run = await trial({ random });
    for (let round = 1; round <= ROUNDS; round++) {
      await run.group.accepted(random.between(500, 1_200));
      await run.group.everyoneBack();
      const { code, stderr } = await run.server.kill("SIGTERM");
      expect(code, stderr).to.equal(0);
      await run.server.startAgain();
    }
    for (const { client, streams } of run.group.users) expect(streams, `streams of ${client}`).to.be.at.least(ROUNDS);
    await run.finish(this, "drain");
  });
});
