import type { Bench } from "../load/bench.ts";
import { measure } from "../load/measure.ts";
import { Recorder } from "../load/recorder.ts";
import { ClosedLoop } from "../load/sendLoops.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import type { Figures } from "../model/figures.ts";
import type { Options } from "../model/options.ts";
import { type PeerName, peerNames } from "../peers/index.ts";
import type { Target } from "../targets/target.ts";
import { type Column, type Must, runsOf, type Scenario } from "./scenario.ts";

/** V8 and JavaScriptCore compile the hot code in this time: after 1 s, one-under-way is up to 1.6 times off. */
const WARM_UP_SECONDS = 4;

const columns: readonly Column[] = [
  { figure: "cpuPerDelivery", title: "CPU a delivery, µs", digits: 2 },
  { figure: "deliveriesPerSecond", title: "deliveries a second", digits: 0 },
  { figure: "messagesPerResponse", title: "messages a response", digits: 1 },
  { figure: "p50", title: "p50, ms", digits: 1 },
  { figure: "p99", title: "p99, ms", digits: 1 },
  { figure: "serverBusy", title: "server busy, %", digits: 0 },
  { figure: "loadBusy", title: "load busy, %", digits: 0 },
];

const summary = ({ receivers, underWay, textBytes }: Options) =>
  `${receivers} receivers on a connection each, ` +
  `one sender with ${underWay} ${underWay === 1 ? "message" : "messages"} of ${textBytes} bytes in flight`;

/** What a delivery costs the server with several messages in flight. */
export const fanOut: Scenario = {
  name: "fan-out",
  summary,
  defaults: { seconds: 4, receivers: 1000, underWay: 16, textBytes: 100 },
  runs: runsOf(peerNames, fanOutOf),
  columns,
  musts: (figures) => [
    cheaperThan("plain-nice-grpc", { limit: 12, hoped: 18 }, figures),
    cheaperThan("raw-http2", { limit: 1, hoped: 1.6 }, figures),
    cheaperThan("socket-io", { limit: 4.5, hoped: 7.5 }, figures),
    cheaperThan("nats", { limit: 0.45, hoped: 0.85 }, figures),
    cheaperThan("nats", { limit: 1.3 }, figures, "obrolan-bun"),
    cheaperThan("bun-ws", { limit: 0.6, hoped: 1 }, figures, "obrolan-bun"),
  ],
};

/** What a delivery costs the server with one message in flight, so that no response has more than one message. */
export const oneUnderWay: Scenario = {
  ...fanOut,
  name: "one-under-way",
  defaults: { ...fanOut.defaults, underWay: 1 },
  musts: (figures) => [cheaperThan("raw-http2", { limit: 0.8, hoped: 0.92 }, figures)],
};

function cheaperThan(
  peer: PeerName,
  bounds: { readonly limit: number; readonly hoped?: number },
  figures: Readonly<Record<string, Figures>>,
  than: "obrolan" | "obrolan-bun" = "obrolan",
): Must {
  return {
    what: `CPU a delivery of ${peer}, over Obrolan's${than === "obrolan" ? "" : " on Bun"}`,
    value: (figures[peer]?.cpuPerDelivery ?? Number.NaN) / (figures[than]?.cpuPerDelivery ?? Number.NaN),
    bound: "at least",
    ...bounds,
    unit: "times",
  };
}

/** Measures the fan-out of one server, and stops the server. */
export async function fanOutOf(bench: Bench, peer: PeerName, receivers = bench.options.receivers): Promise<Figures> {
  const server = await bench.startServer(peer);
  const figures = await fanOutOn(bench, server, receivers);
  await server.stop();
  return figures;
}

/** Measures the fan-out of a target. The senders and the receivers are spread over its nodes. */
export async function fanOutOn(
  bench: Bench,
  target: Target,
  receivers = bench.options.receivers,
  senderCount = 1,
): Promise<Figures> {
  const { underWay, textBytes, seconds } = bench.options;
  const users = new VirtualUsers(bench, target, new Recorder(textBytes));
  const senders = await users.connectAndJoin(senderCount);
  await users.connectAndJoin(receivers);
  const loop = new ClosedLoop(users, senders, underWay);
  loop.start();
  await bench.runFor(WARM_UP_SECONDS, "warming up");
  const measured = await measure(bench, target, users, seconds);
  const { latency } = users.recorder;
  const latencies = { p50: latency.quantile(0.5), p99: latency.quantile(0.99) };
  loop.stop();
  await users.waitUntilComplete();
  users.disconnect();
  return { ...measured, ...latencies };
}
