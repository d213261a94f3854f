import { Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_OPTIONS, type Options } from "../model/options.ts";
import type { Scenario } from "../scenarios/scenario.ts";

/** The scenarios to run, each with its options. */
export type Plan = readonly { readonly scenario: Scenario; readonly options: Options }[];

/** Reads the command line. Ends the process if the command line is wrong or asks for help. */
export function readPlan(scenarios: readonly Scenario[], argv: readonly string[]): Plan {
  const names = scenarios.map(({ name }) => name);
  const command = new Command("bench")
    .description(
      "Measures Obrolan beside its peers. Each scenario has its own defaults for the options that are not set.",
    )
    .argument("[scenarios...]", `which of ${names.join(", ")} (default: all with one server)`)
    .option("--cluster", "the scenarios with several nodes on PostgreSQL and NATS, instead of those with one server")
    .option("--rounds <number>", `how many times to repeat every run (default: ${DEFAULT_OPTIONS.rounds})`, wholeNumber)
    .option("--runs <names...>", "the runs of a scenario to do, as its table names them (default: all)")
    .option(
      "--seconds <number>",
      "how long a measurement lasts, if the scenario measures for a fixed time",
      wholeNumber,
    )
    .option("--receivers <number>", "how many clients receive", wholeNumber)
    .option("--under-way <number>", "how many messages are in flight at a time", wholeNumber)
    .option("--rate <number>", "messages per second, if the scenario sends at a fixed rate", wholeNumber)
    .option("--rates <numbers...>", "the rates to step through, in messages per second, in rising order", wholeNumbers)
    .option(
      "--messages <number>",
      "how many messages to send or store, if the scenario has a fixed number",
      wholeNumber,
    )
    .option("--text-bytes <number>", "the length of a text in bytes", wholeNumber)
    .addOption(
      new Option("--pause <how>", "how slow clients stop reading (default: window)").choices(["window", "socket"]),
    )
    .option("--data <folder>", `the folder for the servers' data (default: ${DEFAULT_OPTIONS.data})`)
    .option("--profile <folder>", "write a CPU profile of each server to this folder")
    .parse(argv);
  const unknown = command.args.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    command.error(`There is no scenario "${unknown[0]}": choose from ${names.join(", ")}.`, { exitCode: 2 });
  const { cluster = false, ...set } = command.opts();
  const isChosen = ({ name, isOfCluster = false }: Scenario) =>
    command.args.length === 0 ? isOfCluster === cluster : command.args.includes(name);
  const chosen = scenarios.filter(isChosen);
  const runs = new Set(chosen.flatMap((scenario) => Object.keys(scenario.runs)));
  const unknownRun = (command.opts().runs as string[] | undefined)?.find((run) => !runs.has(run));
  if (unknownRun !== undefined)
    command.error(`No chosen scenario has a run "${unknownRun}": choose from ${[...runs].join(", ")}.`, {
      exitCode: 2,
    });
  return chosen.map((scenario) => ({ scenario, options: { ...DEFAULT_OPTIONS, ...scenario.defaults, ...set } }));
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("Give a whole number of 1 or more.");
  return number;
}

// commander calls this once for each argument, with the result of the previous call.
function wholeNumbers(text: string, previous: readonly number[] = []): number[] {
  return [...previous, wholeNumber(text)];
}
