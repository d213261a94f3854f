import { expect } from "chai";
import { Random } from "../support/random.ts";
import { useTrials } from "./support/trial.ts";

const ROUNDS = 6;
const seed = Random.seed();

describe(`A server that is killed with kill -9 under load and started again (SEED=${seed})`, () => {
  const trial = useTrials();

  it(`${ROUNDS} times over has lost and doubled nothing`, async function () {
    const random = new Random(seed);
    const run = await trial({ random });
    const { server } = run;
    for (let round = 1; round <= ROUNDS; round++) {
      await run.accepted(random.between(500, 1_200));
      await run.everyoneBack();
      await server.kill("SIGKILL");
      await server.startAgain();
    }
    for (const { client, streams } of run.users) expect(streams, `streams of ${client}`).to.be.at.least(ROUNDS);
    await run.finish(this, "kill -9");
  });
});
