import type { Entry } from "../entry.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import type { Shell } from "./shells.ts";
import { zshCompletion } from "./zsh.ts";

const SCRIPTS: Readonly<Record<Shell, (entries: readonly Entry[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** The script that makes a shell complete the command line of the program. */
export function completionScript(shell: Shell, entries: readonly Entry[]): string {
  return SCRIPTS[shell](entries);
}
