import type { Bench } from "../load/bench.ts";
import { Crowd } from "../load/crowd.ts";
import { Ledger } from "../load/ledger.ts";
import { sharedGrpcWire } from "../load/wires/grpc/shared.ts";
import type { Wire } from "../load/wires/wire.ts";
import type { Figures, Scenario } from "../scenario.ts";

const MEMORY_LIMIT_MB = 400;
const STREAMS_A_CONNECTION = 100;
const MB_A_MIB = 1.048576;

/** How much memory streams take on which nothing happens. */
export const idle: Scenario = {
  name: "idle",
  summary: ({ receivers, seconds }) =>
    `${receivers} streams that have joined, and then ${seconds} s in which nothing happens`,
  defaults: { receivers: 10_000, seconds: 5 },
  runs: {
    "obrolan, a connection each": (bench) => idleOf(bench),
    "obrolan, 100 a connection": (bench) => idleOf(bench, sharedGrpcWire(STREAMS_A_CONNECTION)),
  },
  columns: [
    { figure: "memory", title: "resident, MB", digits: 0, over: "worst" },
    { figure: "peak", title: "at most, MB", digits: 0, over: "worst" },
    { figure: "memoryAStream", title: "a stream, kB", digits: 1 },
    { figure: "seconds", title: "all joined in, s", digits: 1 },
    { figure: "cpuASecond", title: "CPU while idle, %", digits: 1 },
  ],
  musts: ({ "obrolan, a connection each": alone }, { receivers }) => [
    {
      what: `resident memory with ${receivers.toLocaleString("en")} idle streams on a connection each, in any round`,
      value: alone?.memory ?? Number.NaN,
      bound: "at most",
      limit: MEMORY_LIMIT_MB,
      unit: "MB",
    },
  ],
};

async function idleOf(bench: Bench, wire?: Wire): Promise<Figures> {
  const { receivers, seconds, textBytes } = bench.options;
  const server = await bench.serve("obrolan");
  const crowd = new Crowd(bench, server, new Ledger(textBytes), wire);
  await crowd.enter(1);
  const memoryBefore = server.memory() * MB_A_MIB;
  const startedAt = performance.now();
  await crowd.enter(receivers - 1);
  const joinedIn = (performance.now() - startedAt) / 1000;
  const cpuBefore = server.cpuSeconds();
  await bench.pass(seconds, "idling");
  const memory = server.memory() * MB_A_MIB;
  return {
    memory,
    peak: server.peakMemory() * MB_A_MIB,
    memoryAStream: ((memory - memoryBefore) / (receivers - 1)) * 1000,
    seconds: joinedIn,
    cpuASecond: ((server.cpuSeconds() - cpuBefore) / seconds) * 100,
  };
}
