import { P99_LIMIT_MS, stepThrough } from "../load/steps.ts";
import { type Figures, pointsOf } from "../model/figures.ts";
import { peerNames } from "../peers/index.ts";
import { type Must, runsOf, type Scenario } from "./scenario.ts";

/** The highest rate of messages that a server keeps up with. */
export const capacity: Scenario = {
  name: "capacity",
  summary: ({ receivers, textBytes }) =>
    `messages of ${textBytes} bytes at a fixed rate to ${receivers} receivers on a connection each; ` +
    `the rate rises until p99 is ${P99_LIMIT_MS} ms`,
  defaults: {
    seconds: 3,
    receivers: 1000,
    textBytes: 100,
    rates: [10, 20, 30, 60, 100, 150, 200, 300, 500, 1000, 1500, 2000, 2500, 3000, 4000],
  },
  runs: runsOf(peerNames, async (bench, peer) => stepThrough(bench, await bench.startServer(peer))),
  columns: [
    { figure: "sustained", title: "messages a second", digits: 0 },
    { figure: "deliveriesPerSecond", title: "deliveries a second", digits: 0 },
    { figure: "p50@100", title: "p50 at 100, ms", digits: 1 },
    { figure: "p99@100", title: "p99 at 100, ms", digits: 1 },
    { figure: "p50@1000", title: "p50 at 1,000, ms", digits: 1 },
    { figure: "p99@1000", title: "p99 at 1,000, ms", digits: 1 },
    { figure: "p99@2000", title: "p99 at 2,000, ms", digits: 1 },
    { figure: "p99@3000", title: "p99 at 3,000, ms", digits: 1 },
    { figure: "loadBusy", title: "load busy, %", digits: 0 },
  ],
  musts: ({ obrolan, "obrolan-bun": onBun, nats, "socket-io": socketIo }, { receivers }) => [
    atLeast(
      `deliveries a second to ${receivers.toLocaleString("en")} receivers`,
      obrolan?.deliveriesPerSecond,
      2_000_000,
      3_000_000,
      "a second",
    ),
    atLeast("capacity over that of nats", ratio(obrolan, nats), 1, 1.5, "times"),
    atLeast("capacity over that of socket-io", ratio(obrolan, socketIo), 15, undefined, "times"),
    {
      what: "p99 at 1,000 messages a second",
      value: obrolan?.["p99@1000"] ?? Number.NaN,
      bound: "at most",
      limit: 250,
      hoped: 60,
      unit: "ms",
    },
    atLeast("capacity on Bun over that of nats", ratio(onBun, nats), 2, undefined, "times"),
    {
      what: "p99 at 1,000 messages a second on Bun",
      value: onBun?.["p99@1000"] ?? Number.NaN,
      bound: "at most",
      limit: 30,
      unit: "ms",
    },
  ],
  pictures: (figures, { receivers, textBytes }) => [
    {
      file: "latency.svg",
      chart: {
        title: `Latency against rate, to ${receivers.toLocaleString("en")} receivers, texts of ${textBytes} bytes`,
        x: { label: "messages a second (each line ends where its server no longer keeps up)", log: true },
        y: { label: "p99 of the deliveries, ms", log: true },
        series: Object.entries(figures).map(([name, of]) => ({ name, points: pointsOf(of, "p99") })),
      },
    },
  ],
};

function atLeast(
  what: string,
  value: number | undefined,
  limit: number,
  hoped: number | undefined,
  unit: string,
): Must {
  return {
    what,
    value: value ?? Number.NaN,
    bound: "at least",
    limit,
    ...(hoped === undefined ? {} : { hoped }),
    unit,
  };
}

// If a peer keeps up with no rate at all, there is no ratio: on a quiet machine no peer is that slow.
const ratio = (one: Figures | undefined, other: Figures | undefined) =>
  (one?.sustained ?? Number.NaN) / (other?.sustained || Number.NaN);
