import type { Bench } from "../load/bench.ts";
import { Crowd } from "../load/crowd.ts";
import { Ledger } from "../load/ledger.ts";
import { measure } from "../load/measure.ts";
import { ClosedLoop, OpenLoop } from "../load/pace.ts";
import { QUIET } from "../load/processor.ts";
import type { Reader } from "../load/reader.ts";
import type { Server } from "../load/server.ts";
import { type PeerName, peerNames } from "../peers/index.ts";
import { atStep, type Figures, type Must, pointsOf, runsOf, type Scenario } from "../scenario.ts";

const WARM_UP_SECONDS = 2;
const WARM_UP_UNDER_WAY = 4;
const STEP_WARM_UP_SECONDS = 1;
const P99_LIMIT_MS = 500;
const SETTLE_SECONDS = 1;
const REST_SECONDS = 10;
const TIMES_AGAIN = 3;
// Who is so far behind at any moment of a step will not come out of it with that p99.
const BEHIND_LIMIT_MS = 3000;

/** How many messages a second a server keeps up with, where they come by the clock. */
export const capacity: Scenario = {
  name: "capacity",
  summary: ({ receivers, textBytes }) =>
    `messages of ${textBytes} bytes, so many a second by the clock, to ${receivers} receivers on a connection each; the rate rises until p99 is ${P99_LIMIT_MS} ms`,
  defaults: {
    seconds: 3,
    receivers: 1000,
    textBytes: 100,
    rates: [10, 20, 30, 60, 100, 150, 200, 300, 500, 1000, 1500, 2000, 2500, 3000, 4000],
  },
  runs: runsOf(peerNames, capacityOf),
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
  musts: ({ obrolan, nats, "socket-io": socketIo }, { receivers }) => [
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
  ],
  pictures: (figures, { receivers, textBytes }) => [
    {
      file: "latency.svg",
      chart: {
        title: `Latency against rate, to ${receivers.toLocaleString("en")} receivers, texts of ${textBytes} bytes`,
        x: { label: "messages a second (each line ends where its server no longer keeps up)", log: true },
        y: { label: "99 of 100 deliveries within, ms", log: true },
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

// A peer that keeps up with no rate at all is nothing to compare with: none is as slow as that where it is quiet.
const ratio = (one: Figures | undefined, other: Figures | undefined) =>
  (one?.sustained ?? Number.NaN) / (other?.sustained || Number.NaN);

async function capacityOf(bench: Bench, peer: PeerName): Promise<Figures> {
  const { receivers, textBytes, rates } = bench.options;
  const server = await bench.serve(peer);
  const crowd = new Crowd(bench, server, new Ledger(textBytes));
  const [sender] = await crowd.enter(1);
  await crowd.enter(receivers);
  if (!sender) throw new Error("There is no sender.");
  const warmUp = new ClosedLoop(crowd, [sender], WARM_UP_UNDER_WAY);
  warmUp.start();
  await bench.pass(WARM_UP_SECONDS, "warming up");
  warmUp.stop();
  await crowd.settle();

  let figures: Figures = { sustained: 0, deliveriesPerSecond: 0 };
  for (const rate of rates) {
    const { step, keptUp } = await stepInQuiet(bench, server, crowd, sender, rate);
    figures = { ...figures, ...atStep(rate, step) };
    if (!keptUp) break;
    figures = {
      ...figures,
      sustained: rate,
      deliveriesPerSecond: rate * receivers,
      loadBusy: step.loadBusy ?? Number.NaN,
    };
  }
  crowd.leave();
  // One that has fallen behind would go on for as long as its queue is.
  if (!crowd.ledger.isSettled) await server.kill();
  return figures;
}

// A rate that failed while something else took the cores is tried again, if the server comes to rest.
async function stepInQuiet(...args: Parameters<typeof stepOf>): ReturnType<typeof stepOf> {
  const [bench, , { ledger }] = args;
  let outcome = await stepOf(...args);
  for (let again = 0; again < TIMES_AGAIN; again += 1) {
    if (outcome.keptUp || (outcome.step.othersBusy ?? 0) < QUIET) break;
    await bench.pass(REST_SECONDS, "waiting for the server to come to rest", () => !ledger.isSettled);
    if (!ledger.isSettled) break;
    outcome = await stepOf(...args);
  }
  return outcome;
}

/** One rate: what it measured, and whether the server keeps up with it. */
async function stepOf(
  bench: Bench,
  server: Server,
  crowd: Crowd,
  sender: Reader,
  rate: number,
): Promise<{ readonly step: Figures; readonly keptUp: boolean }> {
  const { ledger } = crowd;
  const goesOn = () => ledger.behind < BEHIND_LIMIT_MS;
  const loop = new OpenLoop(sender, rate);
  loop.start();
  await bench.pass(STEP_WARM_UP_SECONDS, `${rate} a second, warming up`, goesOn);
  loop.lateness.clear();
  const { cpuPerDelivery, deliveriesPerSecond, loadBusy, othersBusy } = await measure(
    bench,
    server,
    crowd,
    bench.options.seconds,
    goesOn,
  );
  const latencies = { p50: ledger.latency.quantile(0.5), p99: ledger.latency.quantile(0.99) };
  loop.stop();
  await bench.pass(SETTLE_SECONDS, `${rate} a second, waiting for the last`, () => goesOn() && !ledger.isSettled);
  const keptUp = ledger.isSettled && latencies.p99 < P99_LIMIT_MS;
  // Of one that has fallen behind there is no latency: it grows for as long as one looks.
  const step = {
    cpu: cpuPerDelivery,
    deliveries: deliveriesPerSecond,
    loadBusy,
    late: loop.lateness.quantile(0.99),
    othersBusy,
  };
  return { step: ledger.isSettled ? { ...latencies, ...step } : step, keptUp };
}
