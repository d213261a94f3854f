import { CommanderError } from "commander";
import { ConfigError } from "../config/index.ts";
import { Exit } from "./exitCode.ts";
import { makeProgram } from "./program.ts";
import { Stdio } from "./terminal/output.ts";

/** Runs the program `obrolan`. Resolves with its exit code. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Exit> {
  const stdio = new Stdio(process.stdout, process.stderr);
  return stdio.finish(await run(argv, env, stdio));
}

async function run(argv: readonly string[], env: NodeJS.ProcessEnv, stdio: Stdio): Promise<Exit> {
  let code: Exit = Exit.FINE;
  const program = makeProgram(env, stdio, (exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    // commander also throws after it has shown the help or the version.
    if (error instanceof CommanderError) return Exit.FINE;
    if (!(error instanceof ConfigError)) throw error;
    await stdio.reportError(...error.problems);
    return Exit.USAGE;
  }
}
