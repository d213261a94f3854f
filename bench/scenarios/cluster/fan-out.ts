import type { Figures } from "../../model/figures.ts";
import { fanOutOn } from "../fan-out.ts";
import type { Scenario } from "../scenario.ts";
import { BY_NODES, nodesOf, onLayouts, partColumns, withCounts } from "./layouts.ts";

const SENDER_ON_EACH = "3 nodes, a sender on each";

const PARTS = [
  { figure: "nodesPerMessage", name: "all nodes together" },
  { figure: "postgresPerMessage", name: "PostgreSQL" },
  { figure: "natsPerMessage", name: "NATS" },
];

/** What a delivery and a commit cost each part of a cluster, with the receivers spread over the nodes. */
export const clusterFanOut: Scenario = {
  name: "cluster-fan-out",
  summary: ({ receivers, underWay, textBytes }) =>
    `${receivers} receivers on a connection each, spread over the nodes, ` +
    `one sender on the first, ${underWay} messages of ${textBytes} bytes in flight`,
  defaults: { seconds: 4, receivers: 1000, underWay: 16, textBytes: 100 },
  ...onLayouts([...BY_NODES, SENDER_ON_EACH], (bench, cluster, name) =>
    withCounts(cluster, () =>
      fanOutOn(bench, cluster, bench.options.receivers, name === SENDER_ON_EACH ? nodesOf(name) : 1),
    ),
  ),
  columns: [
    { figure: "nodesPerDelivery", title: "node CPU a delivery, µs", digits: 2 },
    ...partColumns,
    { figure: "messagesPerResponse", title: "messages a response", digits: 1 },
    { figure: "deliveriesPerSecond", title: "deliveries a second", digits: 0 },
    { figure: "p50", title: "p50, ms", digits: 1 },
    { figure: "p99", title: "p99, ms", digits: 1 },
    { figure: "serverBusy", title: "server's core busy, %", digits: 0 },
  ],
  musts: () => [],
  pictures: (figures, { receivers, underWay }) => [
    {
      file: "cluster-cost.svg",
      chart: {
        title: `What a message to ${receivers.toLocaleString("en")} receivers costs each part, ${underWay} in flight`,
        x: { label: "nodes" },
        y: { label: "CPU time per message, µs", log: true },
        series: PARTS.map(({ figure, name }) => ({ name, points: pointsByNodes(figures, figure) })),
      },
    },
  ],
};

function pointsByNodes(figures: Readonly<Record<string, Figures>>, figure: string): [number, number][] {
  return BY_NODES.filter((name) => name !== "embedded").map((name) => [
    nodesOf(name),
    figures[name]?.[figure] ?? Number.NaN,
  ]);
}
