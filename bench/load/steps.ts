import { QUIET_PERCENT } from "../machine/cpuTime.ts";
import { atStep, type Figures } from "../model/figures.ts";
import type { Target } from "../targets/target.ts";
import type { Bench } from "./bench.ts";
import { measure } from "./measure.ts";
import { Recorder } from "./recorder.ts";
import { ClosedLoop, OpenLoop } from "./sendLoops.ts";
import type { VirtualUser } from "./virtualUser.ts";
import { VirtualUsers } from "./virtualUsers.ts";

const WARM_UP_SECONDS = 2;
const WARM_UP_UNDER_WAY = 4;
const STEP_WARM_UP_SECONDS = 1;
/** A target keeps up with a rate if its p99 stays below this, and every message arrives. */
export const P99_LIMIT_MS = 500;
const DRAIN_SECONDS = 1;
const DRAIN_BEFORE_RETRY_SECONDS = 10;
const MAX_RETRIES = 3;
// A target that is this late at any moment of a step cannot end the step with a p99 below the limit.
const OLDEST_IN_FLIGHT_LIMIT_MS = 3000;

/**
 * Raises the rate of one sender step by step until the target no longer keeps up. The figures are those of each step,
 * and the last rate that the target kept up with.
 */
export async function stepThrough(bench: Bench, target: Target): Promise<Figures> {
  const { receivers, textBytes, rates } = bench.options;
  const users = new VirtualUsers(bench, target, new Recorder(textBytes));
  const [sender] = await users.connectAndJoin(1);
  await users.connectAndJoin(receivers);
  if (!sender) throw new Error("There is no sender.");
  const warmUp = new ClosedLoop(users, [sender], WARM_UP_UNDER_WAY);
  warmUp.start();
  await bench.runFor(WARM_UP_SECONDS, "warming up");
  warmUp.stop();
  await users.waitUntilComplete();

  let figures: Figures = { sustained: 0, deliveriesPerSecond: 0 };
  for (const rate of rates) {
    const { step, keptUp } = await quietStep(bench, target, users, sender, rate);
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
  users.disconnect();
  // If it is stopped in an orderly way, a target that has fallen behind first sends everything in its queue.
  if (!users.recorder.isComplete) await target.kill();
  return figures;
}

// Repeats a step that failed while other programs used the cores, if the target delivers the rest in time.
async function quietStep(...args: Parameters<typeof stepOf>): ReturnType<typeof stepOf> {
  const [bench, , { recorder }] = args;
  let outcome = await stepOf(...args);
  for (let retry = 0; retry < MAX_RETRIES; retry += 1) {
    if (outcome.keptUp || (outcome.step.othersBusy ?? 0) < QUIET_PERCENT) break;
    await bench.runFor(DRAIN_BEFORE_RETRY_SECONDS, "waiting for the last deliveries", () => !recorder.isComplete);
    if (!recorder.isComplete) break;
    outcome = await stepOf(...args);
  }
  return outcome;
}

/** Measures one rate, and whether the target keeps up with it. */
async function stepOf(
  bench: Bench,
  target: Target,
  users: VirtualUsers,
  sender: VirtualUser,
  rate: number,
): Promise<{ readonly step: Figures; readonly keptUp: boolean }> {
  const { recorder } = users;
  const shouldContinue = () => recorder.oldestInFlightMs < OLDEST_IN_FLIGHT_LIMIT_MS;
  const loop = new OpenLoop(sender, rate);
  loop.start();
  await bench.runFor(STEP_WARM_UP_SECONDS, `${rate} a second, warming up`, shouldContinue);
  loop.lateness.clear();
  const measured = await measure(bench, target, users, bench.options.seconds, shouldContinue);
  const { cpuPerDelivery, deliveriesPerSecond, loadBusy, othersBusy } = measured;
  const latencies = { p50: recorder.latency.quantile(0.5), p99: recorder.latency.quantile(0.99) };
  loop.stop();
  await bench.runFor(
    DRAIN_SECONDS,
    `${rate} a second, waiting for the last deliveries`,
    () => shouldContinue() && !recorder.isComplete,
  );
  const keptUp = recorder.isComplete && latencies.p99 < P99_LIMIT_MS;
  // A target that has fallen behind has no latency to report: it grows for as long as it is measured.
  const step = {
    cpu: cpuPerDelivery,
    deliveries: deliveriesPerSecond,
    loadBusy,
    late: loop.lateness.quantile(0.99),
    othersBusy,
    ...busyOf(measured, target),
  };
  return { step: recorder.isComplete ? { ...latencies, ...step } : step, keptUp };
}

function busyOf(figures: Figures, target: Target): Figures {
  const names = Object.keys(target.cpuOfParts?.() ?? {}).map((part) => `${part}Busy`);
  return Object.fromEntries(names.map((name) => [name, figures[name] ?? Number.NaN]));
}
