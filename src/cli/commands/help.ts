import { ConfigError, didYouMean } from "../../config/index.ts";
import type { Entry } from "../commandLine/entry.ts";
import { helpText } from "../commandLine/helpText.ts";
import { Exit } from "../exitCode.ts";
import type { Stdio } from "../terminal/output.ts";

/**
 * Prints the help of a command; `word`: its name; undefined: the help of the program. Resolves with the exit code.
 * Throws a `ConfigError` if there is no such command.
 */
export async function runHelp(word = "", entries: readonly Entry[], stdio: Stdio): Promise<Exit> {
  const entry = entries.find(({ name }) => name === word);
  if (entry === undefined) {
    const names = entries.map(({ name }) => name).filter((name) => name !== "");
    throw new ConfigError([`There is no such command${didYouMean(word, names)} See obrolan --help.`]);
  }
  await stdio.stdout.write(helpText(entry, entries, helpWidth()));
  return Exit.FINE;
}

/** The width of a help text: that of the terminal, within bounds that can be read; 80 without a terminal. */
export function helpWidth({ columns = 80, isTTY }: { columns?: number; isTTY?: boolean } = process.stdout): number {
  return isTTY ? Math.min(Math.max(columns, 40), 120) : 80;
}
