import { atStep, type Figures } from "../scenario.ts";
import type { Bench } from "./bench.ts";
import { Crowd } from "./crowd.ts";
import { Ledger } from "./ledger.ts";
import { measure } from "./measure.ts";
import { ClosedLoop, OpenLoop } from "./pace.ts";
import { QUIET } from "./processor.ts";
import type { Reader } from "./reader.ts";
import type { Target } from "./target.ts";

const WARM_UP_SECONDS = 2;
const WARM_UP_UNDER_WAY = 4;
const STEP_WARM_UP_SECONDS = 1;
/** Whoever takes longer than this for one delivery in a hundred does not keep up, in milliseconds. */
export const P99_LIMIT_MS = 500;
const SETTLE_SECONDS = 1;
const REST_SECONDS = 10;
const TIMES_AGAIN = 3;
// Who is so far behind at any moment of a step will not come out of it with that p99.
const BEHIND_LIMIT_MS = 3000;

/**
 * One sender who sends by the clock, whatever becomes of it, at a rate that rises by steps until the target does not keep up: what
 * each step measured, and the last at which it did.
 */
export async function stepThrough(bench: Bench, target: Target): Promise<Figures> {
  const { receivers, textBytes, rates } = bench.options;
  const crowd = new Crowd(bench, target, new Ledger(textBytes));
  const [sender] = await crowd.enter(1);
  await crowd.enter(receivers);
  if (!sender) throw new Error("There is no sender.");
  const warmUp = new ClosedLoop(crowd, [sender], WARM_UP_UNDER_WAY);
  warmUp.start();
  await bench.pass(WARM_UP_SECONDS, "warming up");
  warmUp.stop();
  await crowd.settle();

  let figures: Figures = { sustained: 0, deliveriesPerSecond: 0 };
  for (const rate of rates) {
    const { step, keptUp } = await stepInQuiet(bench, target, crowd, sender, rate);
    figures = { ...figures, ...atStep(rate, step) };
    if (!keptUp) break;
    figures = {
      ...figures,
      sustained: rate,
      deliveriesPerSecond: rate * receivers,
      loadBusy: step.loadBusy ?? Number.NaN,
      ...busyOf(step, target),
    };
  }
  crowd.leave();
  // One that has fallen behind would go on for as long as its queue is.
  if (!crowd.ledger.isSettled) await target.kill();
  return figures;
}

// A rate that failed while something else took the cores is tried again, if the server comes to rest.
async function stepInQuiet(...args: Parameters<typeof stepOf>): ReturnType<typeof stepOf> {
  const [bench, , { ledger }] = args;
  let outcome = await stepOf(...args);
  for (let again = 0; again < TIMES_AGAIN; again += 1) {
    if (outcome.keptUp || (outcome.step.othersBusy ?? 0) < QUIET) break;
    await bench.pass(REST_SECONDS, "waiting for the target to come to rest", () => !ledger.isSettled);
    if (!ledger.isSettled) break;
    outcome = await stepOf(...args);
  }
  return outcome;
}

/** One rate: what it measured, and whether the target keeps up with it. */
async function stepOf(
  bench: Bench,
  target: Target,
  crowd: Crowd,
  sender: Reader,
  rate: number,
): Promise<{ readonly step: Figures; readonly keptUp: boolean }> {
  const { ledger } = crowd;
  const goesOn = () => ledger.behind < BEHIND_LIMIT_MS;
  const loop = new OpenLoop(sender, rate);
  loop.start();
  await bench.pass(STEP_WARM_UP_SECONDS, `${rate} a second, warming up`, goesOn);
  loop.lateness.clear();
  const measured = await measure(bench, target, crowd, bench.options.seconds, goesOn);
  const { cpuPerDelivery, deliveriesPerSecond, loadBusy, othersBusy } = measured;
  const latencies = { p50: ledger.latency.quantile(0.5), p99: ledger.latency.quantile(0.99) };
  loop.stop();
  await bench.pass(SETTLE_SECONDS, `${rate} a second, waiting for the last`, () => goesOn() && !ledger.isSettled);
  const keptUp = ledger.isSettled && latencies.p99 < P99_LIMIT_MS;
  // Of one that has fallen behind there is no latency: it grows for as long as one looks.
  const step = {
    cpu: cpuPerDelivery,
    deliveries: deliveriesPerSecond,
    loadBusy,
    late: loop.lateness.quantile(0.99),
    othersBusy,
    ...busyOf(measured, target),
  };
  return { step: ledger.isSettled ? { ...latencies, ...step } : step, keptUp };
}

function busyOf(figures: Figures, target: Target): Figures {
  const names = Object.keys(target.cpuOfParts?.() ?? {}).map((part) => `${part}Busy`);
  return Object.fromEntries(names.map((name) => [name, figures[name] ?? Number.NaN]));
}
