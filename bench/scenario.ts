import type { LineChart } from "./chart/index.ts";
import type { Bench } from "./load/bench.ts";
import type { EngineName } from "./load/engine.ts";
import type { Pause } from "./load/wires/wire.ts";
import type { PeerName } from "./peers/index.ts";

/** What can be set from the command line. A scenario uses what it needs. */
export interface Options {
  /** How often everything is measured; the medians count. */
  readonly rounds: number;
  /** Which of the scenario's runs are done; all where unset. */
  readonly runs: readonly string[] | undefined;
  /** How long a measurement lasts, where it is one of time. */
  readonly seconds: number;
  /** How many clients listen, each on a connection of its own. */
  readonly receivers: number;
  /** How many messages are under way at a time. */
  readonly underWay: number;
  /** How many messages a second are sent, where they are sent by the clock. */
  readonly rate: number;
  /** The rates that are stepped through, where there is more than one. */
  readonly rates: readonly number[];
  /** How many messages are sent, or lie in the log, where their number is what matters. */
  readonly messages: number;
  /** How long a text is, in bytes. */
  readonly textBytes: number;
  /** How clients stop reading that are to be slow. */
  readonly pause: Pause;
  /** The folder in which servers put their data. */
  readonly data: string;
  /** The folder for a CPU profile of each server; none where unset. */
  readonly profile: string | undefined;
}

/** What one run measured, by name. */
export type Figures = Readonly<Record<string, number>>;

/** A figure in the table. */
export interface Column {
  readonly figure: string;
  readonly title: string;
  /** How many digits after the point. */
  readonly digits: number;
  /** How the rounds become one; default the median. */
  readonly over?: "worst";
}

/** Something that has to be so. */
export interface Must {
  /** What was compared with what. */
  readonly what: string;
  readonly value: number;
  readonly bound: "at least" | "at most";
  readonly limit: number;
  /** What would be better still. */
  readonly hoped?: number;
  readonly unit: string;
}

/** The names of the runs that are to be done. */
export function chosenRuns(scenario: Scenario, options: Options): string[] {
  return Object.keys(scenario.runs).filter((run) => options.runs?.includes(run) ?? true);
}

/** A picture that is drawn of a scenario's figures. */
export interface Picture {
  /** Its name in `bench/results/`. */
  readonly file: string;
  readonly chart: LineChart;
}

/** What is run in a round: it measures something, in a process of its own. */
export type Run = (bench: Bench) => Promise<Figures>;

/** One question, asked of Obrolan and of its peers. */
export interface Scenario {
  readonly name: string;
  /** What is done, in a line. */
  readonly summary: (options: Options) => string;
  readonly defaults: Partial<Options>;
  /** Whether it is of those with several nodes, which are run where these are asked for. */
  readonly isOfCluster?: boolean;
  /** Which engines a run needs, where it needs any. */
  readonly needs?: Readonly<Record<string, readonly EngineName[]>>;
  /** What is run in each round, by name. */
  readonly runs: Readonly<Record<string, Run>>;
  /** The run whose figures are 1 in that run's ratios; default the first. */
  readonly comparedWith?: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** What has to hold of the figures over all rounds. */
  readonly musts: (figures: Readonly<Record<string, Figures>>, options: Options) => Must[];
  /** What is drawn of them. */
  readonly pictures?: (figures: Readonly<Record<string, Figures>>, options: Options) => Picture[];
}

/** A figure that was measured at several steps, such as `p99@100` and `p99@1000`, as points by step. */
export function pointsOf(figures: Figures, name: string): [step: number, value: number][] {
  return Object.entries(figures).flatMap(([figure, value]) => {
    const [before, step] = figure.split("@");
    return before === name && step !== undefined ? [[Number(step), value] as [number, number]] : [];
  });
}

/** The figures of a step, under the names that `pointsOf` looks for. */
export function atStep(step: number, figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${name}@${step}`, value]));
}

/** The same run against each of those servers, by their names. */
export function runsOf(
  names: readonly PeerName[],
  run: (bench: Bench, peer: PeerName) => Promise<Figures>,
): Readonly<Record<string, Run>> {
  return Object.fromEntries(names.map((name) => [name, (bench: Bench) => run(bench, name)]));
}
