import type { Figures } from "../model/figures.ts";
import type { Results } from "../run/results.ts";
import type { Summary } from "../run/summary.ts";
import { figure } from "../run/table.ts";
import { clusterScenarios } from "../scenarios/cluster/index.ts";
import { type Column, figuresOf, markdownTable, measuredOn, mustsTable, runsOf } from "./markdown.ts";

const COLUMNS: readonly Column[] = [
  { title: "CPU a delivery, 16 in flight, µs", scenario: "fan-out", figure: "cpuPerDelivery" },
  { title: "1 in flight, µs", scenario: "one-under-way", figure: "cpuPerDelivery" },
  { title: "deliveries a second it keeps up with", scenario: "capacity", figure: "deliveriesPerSecond" },
  { title: "p50 at 100 messages a second, ms", scenario: "capacity", figure: "p50@100" },
  { title: "p99, ms", scenario: "capacity", figure: "p99@100" },
  { title: "p50 at 1,000, ms", scenario: "capacity", figure: "p50@1000" },
  { title: "p99, ms", scenario: "capacity", figure: "p99@1000" },
];

/** The figures of one server beside its peers: a table of the servers, where they were measured, and the bounds. */
export function serversInMarkdown(results: Results): string {
  const scenarios = results.scenarios.filter(({ scenario }) => !clusterScenarios.some(({ name }) => name === scenario));
  return [serversTable(scenarios), measuredOn({ ...results, scenarios }), mustsTable(scenarios)].join("\n\n");
}

function serversTable(scenarios: readonly Summary[]): string {
  const rows = runsOf(scenarios, COLUMNS).map((server) => {
    const cells = COLUMNS.map(({ scenario, figure: name }) => cell(figuresOf(scenarios, scenario), server, name));
    return [server === "obrolan" ? "**obrolan**" : `\`${server}\``, ...cells];
  });
  return markdownTable(["", ...COLUMNS.map(({ title }) => title)], rows);
}

function cell(figures: Readonly<Record<string, Figures>>, server: string, name: string): string {
  const value = figures[server]?.[name];
  const own = figures.obrolan?.[name];
  if (value === undefined || !Number.isFinite(value)) return "–";
  if (server === "obrolan" || own === undefined) return figure(value);
  return `${figure(value)} (×${figure(value / own)})`;
}
