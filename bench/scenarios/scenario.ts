import type { LineChart } from "../chart/index.ts";
import type { Bench } from "../load/bench.ts";
import type { Figures } from "../model/figures.ts";
import type { Options } from "../model/options.ts";
import type { PeerName } from "../peers/index.ts";
import type { EngineName } from "../targets/engine.ts";

/** One column of a scenario's table. */
export interface Column {
  readonly figure: string;
  readonly title: string;
  /** How many digits follow the decimal point. */
  readonly digits: number;
  /** How the figures of all rounds become one. Default: their median. */
  readonly over?: "worst";
}

/** A bound that a scenario's figures must meet. */
export interface Must {
  /** Which figure, or which two figures, the value is made of. */
  readonly what: string;
  readonly value: number;
  readonly bound: "at least" | "at most";
  readonly limit: number;
  /** A better value than the limit, which the project aims for. */
  readonly hoped?: number;
  readonly unit: string;
}

/** A chart of a scenario's figures. */
export interface Picture {
  /** The name of its file in `bench/results/`. */
  readonly file: string;
  readonly chart: LineChart;
}

/** One measurement. Every run of every round happens in a process of its own. */
export type Run = (bench: Bench) => Promise<Figures>;

/** One question, asked of Obrolan and of its peers. */
export interface Scenario {
  readonly name: string;
  /** One line that says what a run does. */
  readonly summary: (options: Options) => string;
  readonly defaults: Partial<Options>;
  /** Whether the scenario has several nodes. Without names on the command line, only `--cluster` runs it. */
  readonly isOfCluster?: boolean;
  /** The engines that a run needs, by the name of the run. */
  readonly needs?: Readonly<Record<string, readonly EngineName[]>>;
  /** The runs of each round, by name. */
  readonly runs: Readonly<Record<string, Run>>;
  /** For a run: the other run whose figures are 1 in its ratios. Default: the scenario's first run. */
  readonly comparedWith?: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** The bounds that the figures over all rounds must meet. */
  readonly musts: (figures: Readonly<Record<string, Figures>>, options: Options) => Must[];
  /** The charts to draw of the figures over all rounds. */
  readonly pictures?: (figures: Readonly<Record<string, Figures>>, options: Options) => Picture[];
}

/** The names of the runs that the options choose. */
export function chosenRuns(scenario: Scenario, options: Options): string[] {
  return Object.keys(scenario.runs).filter((run) => options.runs?.includes(run) ?? true);
}

/** The same run against each of the named servers. */
export function runsOf(
  names: readonly PeerName[],
  run: (bench: Bench, peer: PeerName) => Promise<Figures>,
): Readonly<Record<string, Run>> {
  return Object.fromEntries(names.map((name) => [name, (bench: Bench) => run(bench, name)]));
}
