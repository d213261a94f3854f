import type { Bench } from "../load/bench.ts";
import { Recorder } from "../load/recorder.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import type { Figures } from "../model/figures.ts";
import { sharedGrpcWire } from "../wires/grpc/shared.ts";
import type { Wire } from "../wires/wire.ts";
import type { Scenario } from "./scenario.ts";

const MEMORY_LIMIT_MB = 400;
const STREAMS_PER_CONNECTION = 100;
const MB_PER_MIB = 1.048576;

/** How much memory idle streams take. */
export const idle: Scenario = {
  name: "idle",
  summary: ({ receivers, seconds }) => `${receivers} streams that have joined, and then ${seconds} s without messages`,
  defaults: { receivers: 10_000, seconds: 5 },
  runs: {
    "obrolan, a connection each": (bench) => idleOf(bench),
    "obrolan, 100 a connection": (bench) => idleOf(bench, sharedGrpcWire(STREAMS_PER_CONNECTION)),
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
  const server = await bench.startServer("obrolan");
  const users = new VirtualUsers(bench, server, new Recorder(textBytes), wire);
  await users.connectAndJoin(1);
  const memoryBefore = server.memoryMib() * MB_PER_MIB;
  const startedAt = performance.now();
  await users.connectAndJoin(receivers - 1);
  const joinedIn = (performance.now() - startedAt) / 1000;
  const cpuBefore = server.cpuSeconds();
  await bench.runFor(seconds, "idling");
  const memory = server.memoryMib() * MB_PER_MIB;
  return {
    memory,
    peak: server.peakMemoryMib() * MB_PER_MIB,
    memoryAStream: ((memory - memoryBefore) / (receivers - 1)) * 1000,
    seconds: joinedIn,
    cpuASecond: ((server.cpuSeconds() - cpuBefore) / seconds) * 100,
  };
}
