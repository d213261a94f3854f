import { expect } from "chai";
import { LibraryUser } from "../rig/libraryUser.ts";
import { WireUser } from "../rig/wireUser.ts";
import { Random } from "../support/random.ts";
import { useTrials } from "./support/trial.ts";

const ROUNDS = 6;
const LISTENERS = 60;
const seed = Random.seed();

describe(`A reconnect storm (SEED=${seed})`, () => {
  const trial = useTrials();

  it(`${LISTENERS} listeners and the senders miss nothing in ${ROUNDS} reconnect storms`, async function () {
    const random = new Random(seed);
    const run = await trial({ random, rate: 500, maxText: 50 });
    for (let i = 1; i <= LISTENERS; i++) {
      const user = random.oneOf(run.accounts);
      if (i % 3 === 0) run.add(LibraryUser, user, `listener ${i}`);
      else run.add(WireUser, user, `listener ${i}`);
    }
    for (let round = 1; round <= ROUNDS; round++) {
      await run.group.accepted(random.between(300, 900));
      await run.group.everyoneBack();
      run.server.proxy.cut();
    }
    for (const { client, streams } of run.group.users) expect(streams, `streams of ${client}`).to.be.at.least(ROUNDS);
    await run.finish(this, "reconnect storm");
  });
});
