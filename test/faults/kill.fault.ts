import { expect } from "chai";
import { Random } from "../support/random.ts";
import { useTrials } from "./support/trial.ts";

const ROUNDS = 6;
const seed = Random.seed();

describe(`kill -9 under load (SEED=${seed})`, () => {
  const trial = useTrials();

  it(`a server that is killed and restarted ${ROUNDS} times loses and duplicates no message`, async function () {
    const random = new Random(seed);
    const run = await trial({ random });
    const { server } = run;
    for (let round = 1; round <= ROUNDS; round++) {
      await run.group.accepted(random.between(500, 1_200));
      await run.group.everyoneBack();
      await server.kill("SIGKILL");
      await server.startAgain();
    }
    for (const { client, streams } of run.group.users) expect(streams, `streams of ${client}`).to.be.at.least(ROUNDS);
    await run.finish(this, "kill -9");
  });
});
