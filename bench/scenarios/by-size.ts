import type { Bench } from "../load/bench.ts";
import { atStep, type Figures, pointsOf } from "../model/figures.ts";
import { type PeerName, peerNames } from "../peers/index.ts";
import { fanOutOf } from "./fan-out.ts";
import { runsOf, type Scenario } from "./scenario.ts";

const RECEIVERS = [10, 100, 1000, 5000];

/** What a delivery costs by the number of receivers. */
export const bySize: Scenario = {
  name: "by-size",
  summary: ({ underWay, textBytes }) =>
    `CPU a delivery in µs by the number of receivers, on a connection each; ` +
    `one sender with ${underWay} messages of ${textBytes} bytes in flight`,
  defaults: { seconds: 2, underWay: 16, textBytes: 100 },
  runs: runsOf(peerNames, bySizeOf),
  columns: RECEIVERS.map((count) => ({ figure: `cpu@${count}`, title: count.toLocaleString("en"), digits: 2 })),
  musts: () => [],
  pictures: (figures, { underWay, textBytes }) => [
    {
      file: "cost.svg",
      chart: {
        title: `What a delivery costs, ${underWay} messages of ${textBytes} bytes in flight`,
        x: { label: "receivers, on a connection each", log: true },
        y: { label: "CPU time of the server per delivery, µs", log: true },
        series: Object.entries(figures).map(([name, of]) => ({ name, points: pointsOf(of, "cpu") })),
      },
    },
  ],
};

async function bySizeOf(bench: Bench, peer: PeerName): Promise<Figures> {
  let figures: Figures = {};
  for (const receivers of RECEIVERS) {
    const { cpuPerDelivery, othersBusy } = await fanOutOf(bench, peer, receivers);
    figures = {
      ...figures,
      ...atStep(receivers, { cpu: cpuPerDelivery ?? Number.NaN, othersBusy: othersBusy ?? Number.NaN }),
    };
  }
  return figures;
}
