import type { Command, CommanderError } from "commander";
import { ConfigError, didYouMean } from "../config/index.ts";

/** Words of the first screen that somebody may give to the program itself, with a password behind them. */
const TYPED = ["login", "regist"];

/** What is wrong with the flags, in the program's own words. It never repeats a value: that may be a password. */
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
      // What is not written as a flag is may be a value that got there by mistake.
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

/** Throws a `ConfigError` for an argument that is not expected. `commands`: what could have been meant. */
export function refuseArguments([word]: readonly string[], command: Command, commands: readonly string[]): void {
  if (word === undefined) return;
  const name = nameOf(command);
  const help = `See ${name} --help.`;
  if (TYPED.includes(word.toLowerCase())) {
    const typed = word.toLowerCase();
    throw new ConfigError([
      `${typed} is no argument of ${name}: start obrolan and type it there, or give it on standard input. ${help}`,
    ]);
  }
  const meant = didYouMean(word, commands);
  const what = command.parent === null ? "There is no such command" : `${command.name()} takes no such argument`;
  throw new ConfigError([`${what}${meant} ${help}`]);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
}

function flagsOf(command: Command): string[] {
  return [...command.options.map(({ long }) => long ?? ""), "--help"];
}
