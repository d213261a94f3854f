import type { Bench } from "../load/bench.ts";
import { Crowd } from "../load/crowd.ts";
import { measure } from "../load/measure.ts";
import { ClosedLoop } from "../load/pace.ts";
import type { PeerName } from "../peers/index.ts";
import type { Figures, Scenario } from "../scenario.ts";

const WARM_UP_SECONDS = 2;
const TIMES_PLAIN = 6;

/** What a delivery costs the server when several messages are under way. */
export const fanOut: Scenario = {
  name: "fan-out",
  summary: ({ receivers, underWay, textBytes }) =>
    `${receivers} receivers on a connection each, one sender with ${underWay} messages of ${textBytes} bytes under way`,
  defaults: { seconds: 4, receivers: 1000, underWay: 16, textBytes: 100 },
  runs: {
    obrolan: (bench) => fanOutOf(bench, "obrolan"),
    "plain-nice-grpc": (bench) => fanOutOf(bench, "plain-nice-grpc"),
  },
  columns: [
    { figure: "deliveriesPerCpuSecond", title: "deliveries a CPU second", digits: 0 },
    { figure: "cpuPerDelivery", title: "CPU a delivery, µs", digits: 2 },
    { figure: "deliveriesPerSecond", title: "deliveries a second", digits: 0 },
    { figure: "messagesPerResponse", title: "messages a response", digits: 1 },
    { figure: "p50", title: "p50, ms", digits: 1 },
    { figure: "p99", title: "p99, ms", digits: 1 },
    { figure: "serverBusy", title: "server busy, %", digits: 0 },
    { figure: "loadBusy", title: "load busy, %", digits: 0 },
  ],
  musts: ({ obrolan, "plain-nice-grpc": plain }) => [
    {
      what: "deliveries a server CPU second, over those of plain-nice-grpc",
      value: (obrolan?.deliveriesPerCpuSecond ?? Number.NaN) / (plain?.deliveriesPerCpuSecond ?? Number.NaN),
      bound: "at least",
      limit: TIMES_PLAIN,
      unit: "times",
    },
  ],
};

async function fanOutOf(bench: Bench, peer: PeerName): Promise<Figures> {
  const { receivers, underWay, textBytes, seconds } = bench.options;
  const server = await bench.serve(peer);
  const crowd = new Crowd(bench, server, textBytes);
  const senders = await crowd.enter(1);
  await crowd.enter(receivers);
  const loop = new ClosedLoop(crowd, senders, underWay);
  loop.start();
  await bench.pass(WARM_UP_SECONDS, "warming up");
  const measured = await measure(bench, server, crowd, seconds);
  const { latency } = crowd.ledger;
  const latencies = { p50: latency.quantile(0.5), p99: latency.quantile(0.99) };
  loop.stop();
  await crowd.settle();
  return { ...measured, ...latencies };
}
