import type { Column, Figures, Must, Options, Scenario } from "../scenario.ts";

/** What became of a scenario. */
export interface Summary {
  readonly scenario: string;
  readonly summary: string;
  readonly options: Options;
  /** Of each run the figures of each round, in order. */
  readonly rounds: Readonly<Record<string, readonly Figures[]>>;
  /** Of each run its figures over all rounds. */
  readonly figures: Readonly<Record<string, Figures>>;
  readonly musts: readonly (Must & { readonly met: boolean })[];
}

/** Makes one figure of those of all rounds, and says which musts are met. */
export function summarize(scenario: Scenario, options: Options, rounds: Readonly<Record<string, Figures[]>>): Summary {
  const columns = new Map(scenario.columns.map((column) => [column.figure, column]));
  const figures = Object.fromEntries(
    Object.entries(rounds).map(([run, all]) => [run, overRounds(all, columns)] as const),
  );
  const musts = scenario
    .musts(figures, options)
    // Where only some runs are done, what compares them with the others cannot be said.
    .filter(({ value }) => options.runs === undefined || !Number.isNaN(value))
    .map((must) => ({ ...must, met: isMet(must) }));
  return { scenario: scenario.name, summary: scenario.summary(options), options, rounds, figures, musts };
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

// A figure that could not be had (NaN) meets nothing.
function isMet({ value, bound, limit }: Must): boolean {
  return bound === "at least" ? value >= limit : value <= limit;
}
