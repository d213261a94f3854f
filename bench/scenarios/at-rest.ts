import type { Bench } from "../load/bench.ts";
import { measure } from "../load/measure.ts";
import { Recorder } from "../load/recorder.ts";
import { OpenLoop } from "../load/sendLoops.ts";
import { commitTime } from "../load/sqliteLog.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import type { Figures } from "../model/figures.ts";
import type { PeerName } from "../peers/index.ts";
import type { Scenario } from "./scenario.ts";

const WARM_UP_SECONDS = 3;

/** The latency of a message if no other message is in flight. */
export const atRest: Scenario = {
  name: "at-rest",
  summary: ({ receivers, rate, textBytes, seconds }) =>
    `${rate} messages of ${textBytes} bytes a second to ${receivers} receivers, for ${seconds} s`,
  defaults: { seconds: 10, receivers: 100, rate: 10, textBytes: 100 },
  runs: {
    obrolan: (bench) => atRestOf(bench, "obrolan"),
    "plain-nice-grpc": (bench) => atRestOf(bench, "plain-nice-grpc"),
    "a commit alone": commitAlone,
  },
  columns: [
    { figure: "p50", title: "p50, ms", digits: 2 },
    { figure: "p99", title: "p99, ms", digits: 2 },
    { figure: "acceptedP50", title: "to accepted, p50, ms", digits: 2 },
    { figure: "commitP50", title: "commit, p50, ms", digits: 2 },
    { figure: "cpuPerDelivery", title: "CPU a delivery, µs", digits: 1 },
  ],
  musts: ({ obrolan, "plain-nice-grpc": plain, "a commit alone": commit }) => [
    {
      what: "p50 less that of a commit alone, over plain-nice-grpc's p50",
      value: ((obrolan?.p50 ?? Number.NaN) - (commit?.commitP50 ?? Number.NaN)) / (plain?.p50 ?? Number.NaN),
      bound: "at most",
      limit: 1,
      unit: "times",
    },
  ],
};

async function atRestOf(bench: Bench, peer: PeerName): Promise<Figures> {
  const { receivers, rate, textBytes, seconds } = bench.options;
  const server = await bench.startServer(peer);
  const users = new VirtualUsers(bench, server, new Recorder(textBytes));
  const [sender] = await users.connectAndJoin(1);
  await users.connectAndJoin(receivers);
  if (!sender) throw new Error("There is no sender.");
  const loop = new OpenLoop(sender, rate);
  loop.start();
  await bench.runFor(WARM_UP_SECONDS, "warming up");
  const { cpuPerDelivery } = await measure(bench, server, users, seconds);
  loop.stop();
  await users.waitUntilComplete();
  const { latency, acceptLatency } = users.recorder;
  const acceptedP50 = acceptLatency.quantile(0.5);
  return { p50: latency.quantile(0.5), p99: latency.quantile(0.99), acceptedP50, cpuPerDelivery };
}

async function commitAlone(bench: Bench): Promise<Figures> {
  const times = await commitTime(bench, WARM_UP_SECONDS);
  return { commitP50: times.quantile(0.5), commitP99: times.quantile(0.99) };
}
