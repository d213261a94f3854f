import type { Summary } from "../run/summary.ts";
import { digits } from "../run/table.ts";
import { figuresOf } from "./markdown.ts";

const NODES = [1, 3, 10];
const RECEIVERS = [1_000, 10_000];

/** What each part costs, from the figures. */
interface Costs {
  /** A node's CPU time for one delivery, in microseconds. */
  readonly delivery: number;
  /** A node's CPU time to receive one message from the log, in microseconds. */
  readonly message: number;
  /** The rate of the log in messages per second, in commits of about as many messages as were in flight. */
  readonly log: number;
}

/** How many messages per second N nodes would carry if each had a core of its own, as a formula with examples. */
export function projection(scenarios: readonly Summary[]): string {
  const costs = costsOf(scenarios);
  if (!Object.values(costs).every((cost) => cost > 0)) return "Not measured well enough to calculate further.";
  const { delivery, message, log } = costs;
  const formula = `1,000,000 ÷ (R ÷ N × ${digits(delivery, 2)} + ${digits(message, 0)})`;
  const examples = RECEIVERS.map((receivers) => {
    const rates = NODES.map((nodes) => digits(Math.min(carried(costs, receivers, nodes), log), 0));
    return `- ${digits(receivers, 0)} receivers: ${rates.join(", ")} messages a second on ${NODES.join(", ")} nodes.`;
  });
  return [
    `**By calculation**, with a core for each node: N nodes carry ${formula} messages a second to R`,
    `receivers, up to the ${digits(log, 0)} a second that the log takes:`,
    "",
    ...examples,
  ].join("\n");
}

function costsOf(scenarios: readonly Summary[]): Costs {
  const fanOut = figuresOf(scenarios, "cluster-fan-out");
  const receivers = scenarios.find(({ scenario }) => scenario === "cluster-fan-out")?.options.receivers ?? Number.NaN;
  const of = (run: string) => fanOut[run]?.nodesPerMessage ?? Number.NaN;
  // Three nodes make as many deliveries as one node does, but each of the three receives every message from the log.
  const message = (of("3 nodes") - of("1 node")) / 2;
  return {
    message,
    delivery: (of("1 node") - message) / receivers,
    log: figuresOf(scenarios, "cluster-appends")["3 append"]?.["messages@10"] ?? Number.NaN,
  };
}

function carried({ delivery, message }: Costs, receivers: number, nodes: number): number {
  return 1e6 / ((receivers / nodes) * delivery + message);
}
