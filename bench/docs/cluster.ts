import { pointsOf } from "../model/figures.ts";
import type { Results } from "../run/results.ts";
import type { Summary } from "../run/summary.ts";
import { digits, figure } from "../run/table.ts";
import { clusterScenarios } from "../scenarios/cluster/index.ts";
import { type Column, figuresOf, markdownTable, measuredOn, mustsTable, runsOf } from "./markdown.ts";
import { projection } from "./projection.ts";

const COLUMNS: readonly Column[] = [
  { title: "CPU of the nodes a delivery, µs", scenario: "cluster-fan-out", figure: "nodesPerDelivery" },
  { title: "of PostgreSQL a message, µs", scenario: "cluster-fan-out", figure: "postgresPerMessage" },
  { title: "of NATS, µs", scenario: "cluster-fan-out", figure: "natsPerMessage" },
  { title: "p50 to `accepted`, ms", scenario: "cluster-at-rest", figure: "acceptedP50" },
  { title: "p50 from there to other nodes, ms", scenario: "cluster-at-rest", figure: "afterAcceptedP50" },
  { title: "p99, ms", scenario: "cluster-at-rest", figure: "afterAcceptedP99" },
  { title: "accepted a second", scenario: "cluster-accept-rate", figure: "acceptedPerSecond" },
  { title: "deliveries a second", scenario: "cluster-capacity", figure: "deliveriesPerSecond" },
];

/**
 * The figures of several nodes: a table of the layouts, where they were measured, the bounds, the rate of the log
 * alone, and a calculation.
 */
export function clusterInMarkdown(results: Results): string {
  const scenarios = results.scenarios.filter(({ scenario }) => clusterScenarios.some(({ name }) => name === scenario));
  const measured = measuredOn({ ...results, scenarios });
  if (scenarios.length === 0) return measured;
  return [layoutsTable(scenarios), measured, mustsTable(scenarios), ...logAlone(scenarios), projection(scenarios)].join(
    "\n\n",
  );
}

function layoutsTable(scenarios: readonly Summary[]): string {
  const rows = runsOf(scenarios, COLUMNS).map((layout) => {
    const cells = COLUMNS.map(({ scenario, figure: name }) => figuresOf(scenarios, scenario)[layout]?.[name]);
    return [layout, ...cells.map((value) => (Number.isFinite(value) ? figure(value ?? Number.NaN) : "–"))];
  });
  return markdownTable(["", ...COLUMNS.map(({ title }) => title)], rows);
}

function logAlone(scenarios: readonly Summary[]): string[] {
  const stores = Object.entries(figuresOf(scenarios, "cluster-appends"));
  if (stores.length === 0) return [];
  return [
    [
      "**The log alone** (`cluster-appends`), messages a second by the number of stores that append at once:",
      "",
      ...stores.map(([run, figures]) => {
        const rates = pointsOf(figures, "messages").map(
          ([size, rate]) => `${digits(rate, 0)} in commits of ${digits(size, 0)}`,
        );
        return `- ${run}: ${rates.join(", ")}.`;
      }),
    ].join("\n"),
  ];
}
