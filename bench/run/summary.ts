import type { Figures } from "../model/figures.ts";
import type { Options } from "../model/options.ts";
import type { Column, Must, Scenario } from "../scenarios/scenario.ts";

/** What became of a scenario. */
export interface Summary {
  readonly scenario: string;
  readonly summary: string;
  readonly options: Options;
  /** Of each run the figures of each round, in order. */
  readonly rounds: Readonly<Record<string, readonly Figures[]>>;
  /** Of each run its figures over all rounds. */
  readonly figures: Readonly<Record<string, Figures>>;
  readonly musts: readonly Judged[];
  /** How much of a core at most went to what was not being measured, in any run, in per cent. */
  readonly othersBusy: number;
  /** Runs that this machine lacks a program for, and which. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** When it was measured. */
  readonly at: string;
}

/** A must, and what became of it: one that compares with a run that was not done is open. */
export type Judged = Must & { readonly verdict: "met" | "not met" | "open" };

/** Makes one figure of those of all rounds, and says which musts are met. */
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
      // What most rounds did not get as far as is no figure.
      if (values.length * 2 < rounds.length) return [];
      return [[name, columns.get(name)?.over === "worst" ? Math.max(...values) : median(values)] as const];
    }),
  );
}

function median(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

// Where only some runs were done, what compares them with the others cannot be said; else what could not be had meets nothing.
function verdictOf({ value, bound, limit }: Must, isPart: boolean): Judged["verdict"] {
  if (Number.isNaN(value) && isPart) return "open";
  return (bound === "at least" ? value >= limit : value <= limit) ? "met" : "not met";
}

function othersOf(figures: Figures): number[] {
  return Object.entries(figures).flatMap(([name, value]) => (name.split("@")[0] === "othersBusy" ? [value] : []));
}
