import type { Bench } from "../../load/bench.ts";
import type { Figures } from "../../model/figures.ts";
import type { Cluster, Layout } from "../../targets/cluster.ts";
import type { EngineName } from "../../targets/engine.ts";
import type { Column, Run } from "../scenario.ts";

const BOTH_ENGINES = ["postgres", "nats"] as const;

/** The layouts by the names of their runs. */
const layouts = {
  embedded: { nodes: 1, engines: [] },
  "1 node": { nodes: 1, engines: BOTH_ENGINES },
  "2 nodes": { nodes: 2, engines: BOTH_ENGINES },
  "3 nodes": { nodes: 3, engines: BOTH_ENGINES },
  "3 nodes, a sender on each": { nodes: 3, engines: BOTH_ENGINES },
  "3 nodes, no NATS": { nodes: 3, engines: ["postgres"] },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof layouts;

/** One server on SQLite, and one, two and three nodes. */
export const BY_NODES = ["embedded", "1 node", "2 nodes", "3 nodes"] as const satisfies readonly LayoutName[];

/** The number of nodes of a layout. */
export function nodesOf(name: LayoutName): number {
  return layouts[name].nodes;
}

/** The same run on each of the named layouts, and the engines that each layout needs. */
export function onLayouts(
  names: readonly LayoutName[],
  run: (bench: Bench, cluster: Cluster, name: LayoutName) => Promise<Figures>,
): { runs: Readonly<Record<string, Run>>; needs: Readonly<Record<string, readonly EngineName[]>> } {
  const each = <Value>(value: (name: LayoutName) => Value) =>
    Object.fromEntries(names.map((name) => [name, value(name)]));
  return {
    runs: each((name) => async (bench: Bench) => run(bench, await bench.startCluster(layouts[name]), name)),
    needs: each((name) => layouts[name].engines),
  };
}

/** The figures of `measure`, and the counters of the nodes and the bus since the cluster was started. */
export async function withCounts(cluster: Cluster, measure: () => Promise<Figures>): Promise<Figures> {
  const figures = await measure();
  const { commits, messages, busMessages, busBytes } = await cluster.counts();
  return {
    ...figures,
    messagesPerCommit: messages / commits,
    busMessages: busMessages / messages,
    busBytes: busBytes / messages,
  };
}

/** Columns for the CPU time of each part per message, and for the traffic on the bus. */
export const partColumns: readonly Column[] = [
  { figure: "nodesPerMessage", title: "CPU a message, µs: nodes", digits: 0 },
  { figure: "postgresPerMessage", title: "PostgreSQL", digits: 1 },
  { figure: "natsPerMessage", title: "NATS", digits: 1 },
  { figure: "messagesPerCommit", title: "messages a commit", digits: 1 },
  { figure: "busMessages", title: "bus messages a message", digits: 2 },
  { figure: "busBytes", title: "bus bytes a message", digits: 0 },
];
