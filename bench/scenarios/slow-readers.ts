import type { Bench } from "../load/bench.ts";
import { Recorder } from "../load/recorder.ts";
import { ClosedLoop } from "../load/sendLoops.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import type { Figures } from "../model/figures.ts";
import type { PeerName } from "../peers/index.ts";
import type { Scenario } from "./scenario.ts";

const SENDERS = 4;
const LATENCY_RATIO_LIMIT = 1.5;
const MEMORY_LIMIT_MIB = 32;

/** Whether clients that stop reading delay the others, raise the server's memory, or lose messages. */
export const slowReaders: Scenario = {
  name: "slow-readers",
  summary: ({ receivers, messages, textBytes }) =>
    `${messages} texts of ${textBytes} bytes from ${SENDERS} senders to ${receivers / 2} clients, ` +
    `without and with ${receivers / 2} more that stop reading`,
  defaults: { receivers: 40, messages: 20_000, textBytes: 4096, underWay: 16 },
  runs: {
    obrolan: (bench) => slowReadersOf(bench, "obrolan", false),
    "obrolan, with the slow": (bench) => slowReadersOf(bench, "obrolan", true),
    "plain-nice-grpc": (bench) => slowReadersOf(bench, "plain-nice-grpc", false),
    "plain-nice-grpc, with the slow": (bench) => slowReadersOf(bench, "plain-nice-grpc", true),
  },
  comparedWith: { "plain-nice-grpc, with the slow": "obrolan, with the slow" },
  columns: [
    { figure: "p50", title: "others' p50, ms", digits: 1 },
    { figure: "p99", title: "others' p99, ms", digits: 1 },
    { figure: "seconds", title: "all sent in, s", digits: 1 },
    { figure: "peakWhileSlow", title: "peak memory, MiB", digits: 0 },
    { figure: "peak", title: "after catching up, MiB", digits: 0 },
    { figure: "catchUpSeconds", title: "slow caught up in, s", digits: 1 },
  ],
  musts: ({ obrolan: without, "obrolan, with the slow": withSlow }) => [
    {
      what: "the others' p99 with the slow, over that without",
      value: (withSlow?.p99 ?? Number.NaN) / (without?.p99 ?? Number.NaN),
      bound: "at most",
      limit: LATENCY_RATIO_LIMIT,
      unit: "times",
    },
    {
      what: "peak memory with the slow, their catching up included, less that without",
      value: (withSlow?.peak ?? Number.NaN) - (without?.peak ?? Number.NaN),
      bound: "at most",
      limit: MEMORY_LIMIT_MIB,
      unit: "MiB",
    },
  ],
};

async function slowReadersOf(bench: Bench, peer: PeerName, withSlow: boolean): Promise<Figures> {
  const { receivers, messages, textBytes, underWay, pause } = bench.options;
  const half = Math.floor(receivers / 2);
  const server = await bench.startServer(peer);
  const users = new VirtualUsers(bench, server, new Recorder(textBytes));
  const others = await users.connectAndJoin(half);
  const slow = await users.connectAndJoin(withSlow ? half : 0, { isMeasured: false });
  for (const user of slow) user.pause(pause);

  const startedAt = performance.now();
  const loop = new ClosedLoop(users, others.slice(0, SENDERS), underWay);
  loop.start(messages);
  await users.waitUntilComplete(others);
  const { latency } = users.recorder;
  const seconds = (performance.now() - startedAt) / 1000;
  const figures = { p50: latency.quantile(0.5), p99: latency.quantile(0.99), seconds };
  const peakWhileSlow = server.peakMemoryMib();

  const resumedAt = performance.now();
  for (const user of slow) user.resume();
  await users.waitFor(Promise.all(slow.map((user) => user.hasReceived(messages))), "the slow to have everything");
  const catchUpSeconds = withSlow ? (performance.now() - resumedAt) / 1000 : Number.NaN;
  await users.waitUntilComplete();
  return { ...figures, peakWhileSlow, peak: server.peakMemoryMib(), catchUpSeconds };
}
