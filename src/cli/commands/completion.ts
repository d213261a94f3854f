import { ConfigError, didYouMean } from "../../config/index.ts";
import { completionScript } from "../commandLine/completion/index.ts";
import { SHELLS } from "../commandLine/completion/shells.ts";
import type { Entry } from "../commandLine/entry.ts";
import { Exit } from "../exitCode.ts";
import type { Stdio } from "../terminal/output.ts";

/** Prints the completions for a shell. Resolves with the exit code. Throws a `ConfigError` for another word. */
export async function runCompletion(word: string, entries: readonly Entry[], stdio: Stdio): Promise<Exit> {
  const shell = SHELLS.find((known) => known === word);
  if (shell === undefined) {
    throw new ConfigError([
      `obrolan completion has scripts for ${SHELLS.join(", ")}, and not for this shell${didYouMean(word, SHELLS)}`,
    ]);
  }
  await stdio.stdout.write(completionScript(shell, entries));
  return Exit.FINE;
}
