import type { Bench } from "../load/bench.ts";
import { Crowd } from "../load/crowd.ts";
import { Ledger } from "../load/ledger.ts";
import { measure } from "../load/measure.ts";
import { ClosedLoop } from "../load/pace.ts";
import type { Target } from "../load/target.ts";
import type { Figures, Scenario } from "../scenario.ts";

const WARM_UP_SECONDS = 2;
const ACCEPTED_LIMIT = 20_000;

/** How many messages a second become durable. */
export const acceptRate: Scenario = {
  name: "accept-rate",
  summary: ({ receivers, underWay, textBytes }) =>
    `${receivers} senders on a connection each, who all get everything; ${underWay} messages of ${textBytes} bytes wait for \`accepted\``,
  defaults: { seconds: 4, receivers: 100, underWay: 1600, textBytes: 100 },
  runs: { obrolan: async (bench) => acceptRateOn(bench, await bench.serve("obrolan")) },
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
      limit: ACCEPTED_LIMIT,
      unit: "a second",
    },
  ],
};

/** Measures how many messages become durable where senders are everywhere. */
export async function acceptRateOn(bench: Bench, target: Target): Promise<Figures> {
  const { receivers, underWay, textBytes, seconds } = bench.options;
  const crowd = new Crowd(bench, target, new Ledger(textBytes));
  const senders = await crowd.enter(receivers);
  const loop = new ClosedLoop(crowd, senders, underWay, "onAccepted");
  loop.start();
  await bench.pass(WARM_UP_SECONDS, "warming up");
  const measured = await measure(bench, target, crowd, seconds);
  const { acceptance } = crowd.ledger;
  const latencies = { acceptedP50: acceptance.quantile(0.5), acceptedP99: acceptance.quantile(0.99) };
  loop.stop();
  await crowd.settle();
  return { ...measured, ...latencies };
}
