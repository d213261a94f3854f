import type { Bench } from "../load/bench.ts";
import { measure } from "../load/measure.ts";
import { Recorder } from "../load/recorder.ts";
import { ClosedLoop } from "../load/sendLoops.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import type { Figures } from "../model/figures.ts";
import type { Target } from "../targets/target.ts";
import type { Scenario } from "./scenario.ts";

const WARM_UP_SECONDS = 2;
const ACCEPTED_PER_SECOND_LIMIT = 20_000;

/** How many messages per second become durable. */
export const acceptRate: Scenario = {
  name: "accept-rate",
  summary: ({ receivers, underWay, textBytes }) =>
    `${receivers} senders on a connection each, which all receive every message; ` +
    `${underWay} messages of ${textBytes} bytes wait for \`accepted\``,
  defaults: { seconds: 4, receivers: 100, underWay: 1600, textBytes: 100 },
  runs: { obrolan: async (bench) => acceptRateOn(bench, await bench.startServer("obrolan")) },
  columns: [
    { figure: "acceptedPerSecond", title: "accepted a second", digits: 0 },
    { figure: "acceptedP50", title: "to accepted, p50, ms", digits: 1 },
    { figure: "acceptedP99", title: "p99, ms", digits: 1 },
    { figure: "deliveriesPerSecond", title: "deliveries a second", digits: 0 },
    { figure: "cpuPerDelivery", title: "CPU a delivery, µs", digits: 2 },
    { figure: "serverBusy", title: "server busy, %", digits: 0 },
    { figure: "loadBusy", title: "load busy, %", digits: 0 },
  ],
  musts: ({ obrolan }) => [
    {
      what: "durable messages accepted a second",
      value: obrolan?.acceptedPerSecond ?? Number.NaN,
      bound: "at least",
      limit: ACCEPTED_PER_SECOND_LIMIT,
      unit: "a second",
    },
  ],
};

/** Measures how many messages per second become durable, with senders on every node of the target. */
export async function acceptRateOn(bench: Bench, target: Target): Promise<Figures> {
  const { receivers, underWay, textBytes, seconds } = bench.options;
  const users = new VirtualUsers(bench, target, new Recorder(textBytes));
  const senders = await users.connectAndJoin(receivers);
  const loop = new ClosedLoop(users, senders, underWay, "onAccepted");
  loop.start();
  await bench.runFor(WARM_UP_SECONDS, "warming up");
  const measured = await measure(bench, target, users, seconds);
  const { acceptLatency } = users.recorder;
  const latencies = { acceptedP50: acceptLatency.quantile(0.5), acceptedP99: acceptLatency.quantile(0.99) };
  loop.stop();
  await users.waitUntilComplete();
  return { ...measured, ...latencies };
}
