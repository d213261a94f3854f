import type { Results } from "../run/results.ts";
import { digits } from "../run/table.ts";
import type { Figures } from "../scenario.ts";
import { markdownTable } from "./tables.ts";

const NODES = [1, 2, 3, 5, 10, 20];
const RECEIVERS = [100, 1_000, 10_000, 50_000];

/** What costs a core how much, from the figures. */
interface Costs {
  /** A delivery, and the taking in of a message on one node; in µs of a node. */
  readonly delivery: number;
  readonly message: number;
  /** Messages a second that the log takes, in commits of about as many messages as were under way. */
  readonly log: number;
}

/**
 * What nodes would carry that have a core each, and a database that has what it needs: messages a second by receivers and nodes, and
 * which part gives out first.
 */
export function projection({ scenarios }: Results): string {
  const figuresOf = (name: string) => scenarios.find(({ scenario }) => scenario === name)?.figures ?? {};
  const receivers = scenarios.find(({ scenario }) => scenario === "cluster-fan-out")?.options.receivers ?? Number.NaN;
  const costs = costsOf(figuresOf("cluster-fan-out"), figuresOf("cluster-appends"), receivers);
  if (!Object.values(costs).every((cost) => cost > 0)) return "Not measured well enough to say.";
  const rows = RECEIVERS.map((count) => [
    `${digits(count, 0)} receivers`,
    ...NODES.map((nodes) => cell(carried(costs, count, nodes), costs.log)),
  ]);
  const { delivery, message, log } = costs;
  const byLog = rows.flat().some((text) => text.startsWith("*"))
    ? " *In italics* it is the log that gives out first."
    : "";
  return [
    markdownTable(["", ...NODES.map((nodes) => (nodes === 1 ? "1 node" : `${nodes} nodes`))], rows),
    `Messages a second, from ${digits(delivery, 2)} µs of a node's core a delivery, ${digits(message, 0)} µs a message on each node, and a log that takes ${digits(log, 0)} messages a second.${byLog}`,
  ].join("\n\n");
}

function costsOf(
  fanOut: Readonly<Record<string, Figures>>,
  appends: Readonly<Record<string, Figures>>,
  receivers: number,
): Costs {
  const of = (run: string) => fanOut[run]?.nodesPerMessage ?? Number.NaN;
  // Two more nodes, and the same deliveries.
  const message = (of("3 nodes") - of("1 node")) / 2;
  return {
    message,
    delivery: (of("1 node") - message) / receivers,
    log: appends["3 append"]?.["messages@10"] ?? Number.NaN,
  };
}

function carried({ delivery, message }: Costs, receivers: number, nodes: number): number {
  return 1e6 / ((receivers / nodes) * delivery + message);
}

function cell(byNodes: number, byLog: number): string {
  return byNodes < byLog ? digits(byNodes, 0) : `*${digits(byLog, 0)}*`;
}
