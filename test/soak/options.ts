import { Command, InvalidArgumentError, Option } from "commander";

/**
 * The heap at the end is compared with the heap after the second minute, so a shorter soak does not judge its growth.
 */
export const JUDGED_MINUTES = 3;

/** What to soak. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** On which runtime the server runs. */
  readonly runtime: Runtime;
}

export type Runtime = "node" | "bun";

/** Reads the command line. Ends the process if it is wrong, or asks for help. */
export function readOptions(argv: readonly string[]): SoakOptions {
  const command = new Command("soak")
    .description(
      "Lets virtual users come and go at a real server, verifies what they see, and reports what the server leaks.",
    )
    .option(
      "--minutes <number>",
      `how long; the growth of the heap is judged from ${JUDGED_MINUTES} on`,
      atLeast(1),
      10,
    )
    .option("--seed <number>", "the seed of what the clients do (default: another one each time)", atLeast(0))
    .addOption(new Option("--runtime <name>", "what the server runs on").choices(["node", "bun"]).default("node"))
    .parse(argv);
  const { minutes, seed, runtime } = command.opts<{ minutes: number; seed?: number; runtime: Runtime }>();
  return { minutes, seed: seed ?? Math.floor(Math.random() * 2 ** 31), runtime };
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
