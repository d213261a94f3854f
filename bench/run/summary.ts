import type { Figures } from "../model/figures.ts";
import type { Options } from "../model/options.ts";
import type { Column, Must, Scenario } from "../scenarios/scenario.ts";

/** The outcome of a scenario over all rounds. */
export interface Summary {
  readonly scenario: string;
  readonly summary: string;
  readonly options: Options;
  /** The figures of every round, by run. */
  readonly rounds: Readonly<Record<string, readonly Figures[]>>;
  /** The figures over all rounds, by run. */
  readonly figures: Readonly<Record<string, Figures>>;
  readonly musts: readonly Judged[];
  /** The most that other programs used of a core during any run, in percent. */
  readonly othersBusy: number;
  /** The runs that were left out, each with the program that is not installed. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** When the scenario was measured, in ISO 8601. */
  readonly at: string;
}

/** A bound and its verdict. A bound that compares with a run that was not done is open. */
export type Judged = Must & { readonly verdict: "met" | "not met" | "open" };

/** Combines the figures of all rounds, and decides which bounds are met. */
export function summarize(
  scenario: Scenario,
  options: Options,
  rounds: Readonly<Record<string, Figures[]>>,
  leftOut: Readonly<Record<string, string>>,
): Summary {
  const columns = new Map(scenario.columns.map((column) => [column.figure, column]));
  const figures = Object.fromEntries(
    Object.entries(rounds).map(([run, all]) => [run, overRounds(all, columns)] as const),
  );
  const musts = scenario.musts(figures, options).map((must) => ({
    ...must,
    verdict: verdictOf(must, Object.keys(rounds).length < Object.keys(scenario.runs).length),
  }));
  const others = Object.values(rounds).flatMap((all) => all.flatMap(othersOf));
  return {
    scenario: scenario.name,
    summary: scenario.summary(options),
    options,
    rounds,
    figures,
    musts,
    othersBusy: Math.max(0, ...others),
    leftOut,
    at: new Date().toISOString(),
  };
}

function overRounds(rounds: readonly Figures[], columns: ReadonlyMap<string, Column>): Figures {
  const names = new Set(rounds.flatMap((figures) => Object.keys(figures)));
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const values = rounds.flatMap((figures) => figures[name] ?? []).sort((one, other) => one - other);
      // Omit a figure that fewer than half of the rounds reached.
      if (values.length * 2 < rounds.length) return [];
      return [[name, columns.get(name)?.over === "worst" ? Math.max(...values) : median(values)] as const];
    }),
  );
}

function median(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

// If only some runs were done, a missing value means that the bound compares with another run. Otherwise the
// measurement failed to produce the value, and the bound is not met.
function verdictOf({ value, bound, limit }: Must, isPart: boolean): Judged["verdict"] {
  if (Number.isNaN(value) && isPart) return "open";
  return (bound === "at least" ? value >= limit : value <= limit) ? "met" : "not met";
}

function othersOf(figures: Figures): number[] {
  return Object.entries(figures).flatMap(([name, value]) => (name.split("@")[0] === "othersBusy" ? [value] : []));
}
