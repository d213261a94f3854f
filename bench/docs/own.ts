import { QUIET } from "../load/processor.ts";
import type { Results } from "../run/results.ts";
import type { Summary } from "../run/summary.ts";
import { digits } from "../run/table.ts";
import type { Scenario } from "../scenario.ts";
import { markdownTable, measuredOn, mustsTable } from "./tables.ts";

/** Of each scenario its table, what was done, and what must hold; by its name. One that was not run says so. And where it was measured. */
export function ownTables(
  scenarios: readonly Scenario[],
  { machine, scenarios: all }: Results,
): Record<string, string> {
  const run = all.filter(({ scenario }) => scenarios.some(({ name }) => name === scenario));
  const tables = scenarios.map((scenario) => {
    const summary = run.find((one) => one.scenario === scenario.name);
    return [scenario.name, summary ? ownTable(scenario, summary) : "Not measured yet."] as const;
  });
  const place = run.length === 0 ? "Not measured yet." : measuredOn({ machine, scenarios: run });
  return { ...Object.fromEntries(tables), "where it was measured": place };
}

function ownTable({ columns }: Scenario, summary: Summary): string {
  const rows = Object.keys(summary.rounds).map((name) => [
    name,
    ...columns.map(({ figure, digits: places }) => {
      const value = summary.figures[name]?.[figure] ?? Number.NaN;
      return Number.isFinite(value) ? digits(value, places) : "–";
    }),
  ]);
  const table = markdownTable(["", ...columns.map(({ title }) => title)], rows);
  const what = `\`${summary.scenario}\`: ${summary.summary}.`;
  // Who reads the page did not see the benchmark's own warning.
  const quiet = summary.othersBusy < QUIET ? [] : [notQuiet(summary)];
  return [what, table, ...quiet, ...(summary.musts.length === 0 ? [] : [mustsTable([summary])])].join("\n\n");
}

function notQuiet({ othersBusy }: Summary): string {
  return `**Not quiet**: something else took up to ${digits(othersBusy, 0)} % of a core meanwhile, so that these figures are worth little.`;
}
