import { Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_OPTIONS, type Options } from "../model/options.ts";
import type { Scenario } from "../scenarios/scenario.ts";

/** What to run: scenarios with the options of each. */
export type Plan = readonly { readonly scenario: Scenario; readonly options: Options }[];

/** Reads the command line. Ends the process where it is wrong, or asks for help. */
export function readPlan(scenarios: readonly Scenario[], argv: readonly string[]): Plan {
  const names = scenarios.map(({ name }) => name);
  const command = new Command("bench")
    .description("Measures Obrolan beside its peers. What is not set is as each scenario has it.")
    .argument("[scenarios...]", `which of ${names.join(", ")} (default: all with one server)`)
    .option("--cluster", "those with several nodes on PostgreSQL and NATS, in place of those with one server")
    .option("--rounds <number>", `how often everything is measured (default: ${DEFAULT_OPTIONS.rounds})`, wholeNumber)
    .option("--runs <names...>", "which runs of a scenario, as its table names them (default: all)")
    .option("--seconds <number>", "how long a measurement lasts, where it is one of time", wholeNumber)
    .option("--receivers <number>", "how many clients listen", wholeNumber)
    .option("--under-way <number>", "how many messages are under way at a time", wholeNumber)
    .option("--rate <number>", "messages a second, where they are sent by the clock", wholeNumber)
    .option("--rates <numbers...>", "the messages a second that are stepped through, in rising order", wholeNumbers)
    .option("--messages <number>", "how many messages, where their number is what matters", wholeNumber)
    .option("--text-bytes <number>", "how long a text is, in bytes", wholeNumber)
    .addOption(
      new Option("--pause <how>", "how slow clients stop reading (default: window)").choices(["window", "socket"]),
    )
    .option("--data <folder>", `where servers put their data (default: ${DEFAULT_OPTIONS.data})`)
    .option("--profile <folder>", "write a CPU profile of each server there")
    .parse(argv);
  const unknown = command.args.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    command.error(`There is no scenario "${unknown[0]}": choose from ${names.join(", ")}.`, { exitCode: 2 });
  const { cluster = false, ...set } = command.opts();
  const isAsked = ({ name, isOfCluster = false }: Scenario) =>
    command.args.length === 0 ? isOfCluster === cluster : command.args.includes(name);
  return scenarios
    .filter(isAsked)
    .map((scenario) => ({ scenario, options: { ...DEFAULT_OPTIONS, ...scenario.defaults, ...set } }));
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("Give a whole number from 1 on.");
  return number;
}

// commander hands over one argument at a time, with what the ones before came to.
function wholeNumbers(text: string, before: readonly number[] = []): number[] {
  return [...before, wholeNumber(text)];
}
