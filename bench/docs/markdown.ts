import { QUIET_PERCENT } from "../machine/cpuTime.ts";
import type { Figures } from "../model/figures.ts";
import type { Results } from "../run/results.ts";
import type { Judged, Summary } from "../run/summary.ts";
import { digits, figure } from "../run/table.ts";

/** A column of a table over several scenarios: one figure of one scenario. */
export interface Column {
  readonly title: string;
  readonly scenario: string;
  readonly figure: string;
}

/** The figures of a scenario by run; empty if the scenario was not run. */
export function figuresOf(scenarios: readonly Summary[], name: string): Readonly<Record<string, Figures>> {
  return scenarios.find(({ scenario }) => scenario === name)?.figures ?? {};
}

/** The runs for which any of the columns has a figure, in the order of the scenarios. */
export function runsOf(scenarios: readonly Summary[], columns: readonly Column[]): string[] {
  return [...new Set(columns.flatMap(({ scenario }) => Object.keys(figuresOf(scenarios, scenario))))];
}

/** When and where the scenarios were measured, and a warning if other programs used the cores. */
export function measuredOn({ machine, scenarios }: Results): string {
  if (scenarios.length === 0) return "Not measured yet.";
  const { processor, cores, node, programs, kernel } = machine;
  const rounds = Math.min(...scenarios.map(({ options }) => options.rounds));
  const day = scenarios
    .map(({ at }) => at.slice(0, 10))
    .sort()
    .at(-1);
  const versions = [`Node ${node.slice(1)}`, ...programs].join(", ");
  const where = `${processor}, ${cores} cores, Linux ${kernel}, ${versions}`;
  const times = rounds === 1 ? "1 round" : `${rounds} rounds`;
  return [`Measured on ${day}: ${where};`, `medians of ${times}.`, ...scenarios.flatMap(warning)].join("\n");
}

// The benchmark prints the same warning, but the reader of the page has not seen its output.
function warning({ scenario, othersBusy }: Summary): string[] {
  if (othersBusy < QUIET_PERCENT) return [];
  const share = `${digits(othersBusy, 0)} % of a core`;
  return [`**Not quiet:** another program used up to ${share} during \`${scenario}\`; its figures are worth little.`];
}

/** A table of the scenarios' bounds with the measured values. */
export function mustsTable(scenarios: readonly Summary[]): string {
  const rows = scenarios.flatMap(({ scenario, musts }) =>
    musts.map((must) => [`\`${scenario}\``, must.what, ...bounds(must), measured(must)]),
  );
  return markdownTable(["scenario", "what", "must be", "hoped for", "is"], rows, 2);
}

function measured({ value, unit, verdict }: Judged): string {
  // A missing figure is NaN, which JSON stores as null.
  if (!Number.isFinite(value)) return "not measured";
  return verdict === "not met" ? `**${figure(value)} ${unit}, not met**` : `${figure(value)} ${unit}`;
}

function bounds({ bound, limit, hoped }: Judged): [string, string] {
  return [`${bound} ${figure(limit)}`, hoped === undefined ? "" : figure(hoped)];
}

/** A table in Markdown. The first `wordColumns` columns are aligned left, the others right. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  wordColumns = 1,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = line(header.map((_, column) => (column < wordColumns ? "---" : "---:")));
  return [line(header), rule, ...rows.map(line)].join("\n");
}

const END = "<!-- end of the figures -->";

/**
 * Replaces the text between `<!-- figures: NAME -->` and the next end marker by the block NAME. Throws without a
 * marker.
 */
export function fillPage(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((text, [name, block]) => {
    const begin = `<!-- figures: ${name} -->`;
    const [before, ...rest] = text.split(begin);
    const after = rest.join(begin);
    const end = after.indexOf(END);
    if (before === undefined || end < 0) throw new Error(`The page has no markers for the figures "${name}".`);
    return `${before}${begin}\n${block}\n${after.slice(end)}`;
  }, page);
}
