import { QUIET_PERCENT } from "../machine/cpuTime.ts";
import type { Column, Scenario } from "../scenarios/scenario.ts";
import type { Summary } from "./summary.ts";

const WORDS = { met: "met    ", "not met": "NOT MET", open: "open   " } as const;

/** The figures of a scenario, a line for each run, each figure of a peer with its ratio to Obrolan's; then the musts. */
export function tableOf(scenario: Scenario, summary: Summary): string {
  const header = ["", ...scenario.columns.flatMap(({ title }) => [title, ""])];
  const lines = Object.keys(summary.rounds).map((run) => [
    run,
    ...scenario.columns.flatMap((column) => cells(scenario, summary, run, column)),
  ]);
  const widths = header.map((_, place) => Math.max(...[header, ...lines].map((line) => line[place]?.length ?? 0)));
  const draw = (line: readonly string[]) =>
    line
      .map((text, place) => (place === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[place] ?? 0)))
      // A column of ratios that has none takes no room.
      .filter((_, place) => widths[place] !== 0)
      .join("  ");
  const musts = summary.musts.map(
    ({ verdict, what, value, bound, limit, hoped, unit }) =>
      `${WORDS[verdict]}  ${what}: ${figure(value)} ${unit} (${bound} ${figure(limit)}${hoped === undefined ? "" : `, hoped for ${figure(hoped)}`})`,
  );
  const leftOut = Object.entries(summary.leftOut).map(
    ([run, program]) => `${run} is left out: there is no ${program} here.`,
  );
  const quiet =
    summary.othersBusy < QUIET_PERCENT
      ? []
      : [
          `NOT QUIET_PERCENT  something else took up to ${digits(summary.othersBusy, 0)} % of a core from what was measured`,
        ];
  const title = `${scenario.name}: ${summary.summary}; rounds: ${summary.options.rounds}`;
  return [title, draw(header), ...lines.map(draw), ...leftOut, ...musts, ...quiet].join("\n");
}

// A figure, and its ratio to that of the run that it is compared with.
function cells(
  scenario: Scenario,
  summary: Summary,
  run: string,
  { figure, digits: places }: Column,
): [string, string] {
  const value = summary.figures[run]?.[figure] ?? Number.NaN;
  if (Number.isNaN(value)) return ["", ""];
  const reference = scenario.comparedWith?.[run] ?? Object.keys(scenario.runs)[0] ?? run;
  const ratio = value / (summary.figures[reference]?.[figure] ?? Number.NaN);
  return [digits(value, places), reference === run || !Number.isFinite(ratio) ? "" : `×${digits(ratio, 2)}`];
}

/** A figure with as many digits as say something. */
export function figure(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}

/** A figure with so many digits behind the point. */
export function digits(value: number, places: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });
}
