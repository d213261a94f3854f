import { QUIET_PERCENT } from "../machine/cpuTime.ts";
import type { Column, Scenario } from "../scenarios/scenario.ts";
import type { Summary } from "./summary.ts";

const WORDS = { met: "met    ", "not met": "NOT MET", open: "open   " } as const;

/**
 * Prints a scenario: a line for each run, with the ratio of each figure to that of the reference run, then the bounds.
 */
export function tableOf(scenario: Scenario, summary: Summary): string {
  const header = ["", ...scenario.columns.flatMap(({ title }) => [title, ""])];
  const lines = Object.keys(summary.rounds).map((run) => [
    run,
    ...scenario.columns.flatMap((column) => cells(scenario, summary, run, column)),
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)));
  const draw = (line: readonly string[]) =>
    line
      .map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0)))
      // Leave out a column of ratios that has no ratio.
      .filter((_, column) => widths[column] !== 0)
      .join("  ");
  const musts = summary.musts.map(({ verdict, what, value, bound, limit, hoped, unit }) => {
    const aim = hoped === undefined ? "" : `, hoped for ${figure(hoped)}`;
    return `${WORDS[verdict]}  ${what}: ${figure(value)} ${unit} (${bound} ${figure(limit)}${aim})`;
  });
  const leftOut = Object.entries(summary.leftOut).map(
    ([run, program]) => `${run} is left out because ${program} is not installed.`,
  );
  const quiet =
    summary.othersBusy < QUIET_PERCENT
      ? []
      : [`NOT QUIET  other programs used up to ${digits(summary.othersBusy, 0)} % of a core during the measurement`];
  const title = `${scenario.name}: ${summary.summary}; rounds: ${summary.options.rounds}`;
  return [title, draw(header), ...lines.map(draw), ...leftOut, ...musts, ...quiet].join("\n");
}

// The cells of a figure and of its ratio to the reference run.
function cells(
  scenario: Scenario,
  summary: Summary,
  run: string,
  { figure, digits: fractionDigits }: Column,
): [string, string] {
  const value = summary.figures[run]?.[figure] ?? Number.NaN;
  if (Number.isNaN(value)) return ["", ""];
  const reference = scenario.comparedWith?.[run] ?? Object.keys(scenario.runs)[0] ?? run;
  const ratio = value / (summary.figures[reference]?.[figure] ?? Number.NaN);
  return [digits(value, fractionDigits), reference === run || !Number.isFinite(ratio) ? "" : `×${digits(ratio, 2)}`];
}

/** Formats a figure with two decimals below 100, and without decimals from 100 on. */
export function figure(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}

/** Formats a figure with this many decimals. */
export function digits(value: number, count: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: count, maximumFractionDigits: count });
}
