import { expect } from "chai";
import { type ProcessClock, processClock } from "../support/clock.ts";
import { Random } from "../support/random.ts";
import { useTrials } from "./support/trial.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const seed = Random.seed();

describe(`A clock that is set (SEED=${seed})`, () => {
  const trial = useTrials();

  it("sent_at never falls on a server whose clock goes forward and back, also between two starts", async function () {
    const random = new Random(seed);
    let clock: ProcessClock | undefined;
    const env = (folder: string) => {
      clock = processClock(folder);
      return clock.env;
    };
    const run = await trial({ random, env });
    for (const offset of [HOUR, -HOUR, 0, -30 * MINUTE, -5 * HOUR]) {
      await run.group.accepted(random.between(500, 1_000));
      clock?.set(offset);
    }
    await run.group.accepted(random.between(500, 1_000));
    await run.server.kill("SIGKILL");
    clock?.set(-24 * HOUR);
    await run.server.startAgain();
    await run.finish(this, "clock set back");
    const latest = Math.max(...run.group.recorder.times());
    expect(latest, "the clock was set forward for a while").to.be.greaterThan(Date.now() + HOUR / 2);
  });
});
