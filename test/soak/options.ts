import { Command, InvalidArgumentError } from "commander";

/** What to soak. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
}

/** The heap is compared with what it was after the second minute. */
const LEAST_MINUTES = 3;

/** Reads the command line. Ends the process where it is wrong, or asks for help. */
export function readOptions(argv: readonly string[]): SoakOptions {
  const command = new Command("soak")
    .description(
      "Has a crowd come and go at a real server, checks all that they see, and looks for what the server keeps.",
    )
    .option("--minutes <number>", `how long, from ${LEAST_MINUTES} on`, atLeast(LEAST_MINUTES), 10)
    .option("--seed <number>", "the seed of what the clients do (default: another one each time)", atLeast(0))
    .parse(argv);
  const { minutes, seed } = command.opts<{ minutes: number; seed?: number }>();
  return { minutes, seed: seed ?? Math.floor(Math.random() * 2 ** 31) };
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least) {
      throw new InvalidArgumentError(`Give a whole number from ${least} on.`);
    }
    return number;
  };
}
