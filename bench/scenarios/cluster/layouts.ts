import type { Bench } from "../../load/bench.ts";
import type { Figures } from "../../model/figures.ts";
import type { Cluster, Layout } from "../../targets/cluster.ts";
import type { EngineName } from "../../targets/engine.ts";
import type { Column, Run } from "../scenario.ts";

const EVERYTHING = ["postgres", "nats"] as const;

/** What is measured beside what. */
const layouts = {
  embedded: { nodes: 1, engines: [] },
  "1 node": { nodes: 1, engines: EVERYTHING },
  "2 nodes": { nodes: 2, engines: EVERYTHING },
  "3 nodes": { nodes: 3, engines: EVERYTHING },
  "3 nodes, a sender on each": { nodes: 3, engines: EVERYTHING },
  "3 nodes, no NATS": { nodes: 3, engines: ["postgres"] },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof layouts;

/** One server as it is without anything, and one, two and three nodes. */
export const BY_NODES = ["embedded", "1 node", "2 nodes", "3 nodes"] as const satisfies readonly LayoutName[];

/** How many nodes the run of that name has. */
export function nodesOf(name: LayoutName): number {
  return layouts[name].nodes;
}

/** The same run on each of those layouts, and what each needs. */
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

/** What `measured` found out, and what the nodes and the bus counted since the cluster was started. */
export async function withCounts(cluster: Cluster, measured: () => Promise<Figures>): Promise<Figures> {
  const figures = await measured();
  const { commits, messages, busMessages, busBytes } = await cluster.counts();
  return {
    ...figures,
    messagesPerCommit: messages / commits,
    busMessages: busMessages / messages,
    busBytes: busBytes / messages,
  };
}

/** What each part costs a message, and what goes over the bus for it. */
export const partColumns: readonly Column[] = [
  { figure: "nodesPerMessage", title: "CPU a message, µs: nodes", digits: 0 },
  { figure: "postgresPerMessage", title: "PostgreSQL", digits: 1 },
  { figure: "natsPerMessage", title: "NATS", digits: 1 },
  { figure: "messagesPerCommit", title: "messages a commit", digits: 1 },
  { figure: "busMessages", title: "bus messages a message", digits: 2 },
  { figure: "busBytes", title: "bus bytes a message", digits: 0 },
];
