import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Random } from "../support/random.ts";
import { type Trial, useTrials } from "./support/trial.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PRELOAD = new URL("support/shiftedClock.ts", import.meta.url).href;
const seed = Random.seed();

describe(`A server whose clock is set (SEED=${seed})`, () => {
  const trial = useTrials();
  const fileOf = ({ folder }: Trial) => path.join(folder, "clock");

  it("forward, back again and further back, also before it starts again, never lets sent_at fall", async function () {
    const random = new Random(seed);
    const env = (folder: string) => {
      writeFileSync(path.join(folder, "clock"), "0");
      return { NODE_OPTIONS: `--import=${PRELOAD}`, CLOCK_FILE: path.join(folder, "clock") };
    };
    const run = await trial({ random, env });
    for (const offset of [HOUR, -HOUR, 0, -30 * MINUTE, -5 * HOUR]) {
      await run.accepted(random.between(500, 1_000));
      writeFileSync(fileOf(run), String(offset));
      run.server.signal("SIGHUP");
    }
    await run.accepted(random.between(500, 1_000));
    await run.server.kill("SIGKILL");
    writeFileSync(fileOf(run), String(-24 * HOUR));
    await run.server.startAgain();
    await run.finish(this, "clock set back");
    const latest = Math.max(...run.ledger.times());
    expect(latest, "the clock was set forward for a while").to.be.greaterThan(Date.now() + HOUR / 2);
  });
});
