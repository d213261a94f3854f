import type { Command, CommanderError } from "commander";
import { ConfigError, didYouMean } from "../config/index.ts";

/** Commands of the first screen. A user may give them to the program itself by mistake, followed by a password. */
const FIRST_SCREEN = ["login", "regist"];

/** Says what is wrong with the flags. It never repeats a value, because the value may be a password. */
export function usageError({ code, message }: CommanderError, command: Command): ConfigError {
  const quoted = /'(.*)'/s.exec(message)?.[1] ?? "";
  return new ConfigError([sentence(code, quoted, command)]);
}

function sentence(code: string, quoted: string, command: Command): string {
  const name = nameOf(command);
  const help = `See ${name} --help.`;
  switch (code) {
    case "commander.unknownOption": {
      const [flag = ""] = quoted.split("=");
      const known = flagsOf(command);
      if (known.includes(flag)) return `${flag} takes no value. ${help}`;
      // A word that does not look like a flag may be a value, for example a password.
      const shown = /^--[a-z-]+$/i.test(flag) ? flag : "A word that begins with -";
      return `${shown} is not a flag of ${name}${didYouMean(flag, known)} ${help}`;
    }
    case "commander.optionMissingArgument":
      return `${quoted.split(" ")[0]} needs a value: ${quoted}. ${help}`;
    case "commander.missingArgument":
      return `${command.name()} needs ${quoted}: ${name} ${command.usage()}. ${help}`;
    default:
      return `The command line cannot be read. ${help}`;
  }
}

/** Throws a `ConfigError` for an unexpected argument. `commands`: the suggestions for a misspelled command. */
export function refuseArguments([word]: readonly string[], command: Command, commands: readonly string[]): void {
  if (word === undefined) return;
  const name = nameOf(command);
  const help = `See ${name} --help.`;
  const typed = word.toLowerCase();
  if (FIRST_SCREEN.includes(typed)) {
    throw new ConfigError([
      `${typed} is not an argument of ${name}: start obrolan and type it there, or give it on standard input. ${help}`,
    ]);
  }
  const suggestion = didYouMean(word, commands);
  const problem = command.parent === null ? "There is no such command" : `${command.name()} takes no such argument`;
  throw new ConfigError([`${problem}${suggestion} ${help}`]);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
}

function flagsOf(command: Command): string[] {
  return [...command.options.map(({ long }) => long ?? ""), "--help"];
}
