import type { Results } from "../run/results.ts";
import type { Judged, Summary } from "../run/summary.ts";
import { figure } from "../run/table.ts";
import type { Figures } from "../scenario.ts";

/** A column of the table of servers: a figure of a scenario. */
interface Column {
  readonly title: string;
  readonly scenario: string;
  readonly figure: string;
}

const COLUMNS: readonly Column[] = [
  { title: "CPU a delivery, 16 under way, µs", scenario: "fan-out", figure: "cpuPerDelivery" },
  { title: "one under way, µs", scenario: "one-under-way", figure: "cpuPerDelivery" },
  { title: "deliveries a second it keeps up with", scenario: "capacity", figure: "deliveriesPerSecond" },
  { title: "p50 at 100 messages a second, ms", scenario: "capacity", figure: "p50@100" },
  { title: "p99, ms", scenario: "capacity", figure: "p99@100" },
  { title: "p50 at 1,000, ms", scenario: "capacity", figure: "p50@1000" },
  { title: "p99, ms", scenario: "capacity", figure: "p99@1000" },
];

/** What `docs/performance.md` says in figures: a table of the servers, one of what must hold, and where it was measured. */
export function figuresInMarkdown(results: Results): string {
  const { scenarios } = results;
  return [serversTable(scenarios), "", measuredOn(results), "", mustsTable(scenarios)].join("\n");
}

/** When and where that was measured, and how often. */
export function measuredOn({ machine, scenarios }: Results): string {
  const { processor, cores, node, kernel } = machine;
  const rounds = Math.min(...scenarios.map(({ options }) => options.rounds));
  const day = scenarios
    .map(({ at }) => at.slice(0, 10))
    .sort()
    .at(-1);
  return `Measured on ${day}: ${processor}, ${cores} cores, Linux ${kernel}, Node ${node.slice(1)}; medians of ${rounds} ${rounds === 1 ? "round" : "rounds"}.`;
}

function serversTable(scenarios: readonly Summary[]): string {
  const figuresOf = (name: string) => scenarios.find(({ scenario }) => scenario === name)?.figures ?? {};
  const servers = new Set(COLUMNS.flatMap(({ scenario }) => Object.keys(figuresOf(scenario))));
  const rows = [...servers].map((server) => {
    const cells = COLUMNS.map(({ scenario, figure: name }) => cell(figuresOf(scenario), server, name));
    return [server === "obrolan" ? "**obrolan**" : `\`${server}\``, ...cells];
  });
  return markdownTable(["", ...COLUMNS.map(({ title }) => title)], rows);
}

function cell(figures: Readonly<Record<string, Figures>>, server: string, name: string): string {
  const value = figures[server]?.[name];
  const own = figures.obrolan?.[name];
  if (value === undefined) return "–";
  if (server === "obrolan" || own === undefined) return figure(value);
  return `${figure(value)} (×${figure(value / own)})`;
}

/** What must hold in those scenarios, and what is. */
export function mustsTable(scenarios: readonly Summary[]): string {
  const rows = scenarios.flatMap(({ scenario, musts }) =>
    musts.map((must) => [`\`${scenario}\``, must.what, ...bounds(must), measured(must)]),
  );
  return markdownTable(["scenario", "what", "must be", "hoped for", "is"], rows, 2);
}

function measured({ value, unit, verdict }: Judged): string {
  // A figure that could not be had is no number, and in JSON nothing.
  if (!Number.isFinite(value)) return "not measured";
  return verdict === "not met" ? `**${figure(value)} ${unit}, not met**` : `${figure(value)} ${unit}`;
}

function bounds({ bound, limit, hoped }: Judged): [string, string] {
  return [`${bound} ${figure(limit)}`, hoped === undefined ? "" : figure(hoped)];
}

/** A table in Markdown; the first columns, so many, are words, the others numbers. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  wordColumns = 1,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = line(header.map((_, place) => (place < wordColumns ? "---" : "---:")));
  return [line(header), rule, ...rows.map(line)].join("\n");
}
