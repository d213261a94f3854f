import type { Command, CommanderError } from "commander";
import { ConfigError, didYouMean, nearest } from "../config/index.ts";
import { parseAddress } from "../shared/address.ts";
import type { Entry } from "./commandLine/entry.ts";
import { flagsOf } from "./commandLine/flags.ts";
import { synopsisOf } from "./commandLine/helpText.ts";

/** Commands of the first screen. A user may give them to the program itself by mistake, followed by a password. */
const FIRST_SCREEN = ["login", "regist", "register"];

/** Flags of other programs, whose value is a secret. */
const SECRET_FLAG = /^--(?:pass(?:word|wd|phrase)?|token|secret)$/i;
const SECRETS =
  "other users of the machine see what is on a command line. Use --user NAME with --password-stdin, or --token-file FILE.";

/** Says what is wrong with the flags. It never repeats a value, because the value may be a password. */
export function usageError({ code, message }: CommanderError, command: Command, entry: Entry): ConfigError {
  const quoted = /'(.*)'/s.exec(message)?.[1] ?? "";
  return new ConfigError([sentence(code, quoted, command, entry)]);
}

function sentence(code: string, quoted: string, command: Command, entry: Entry): string {
  const name = nameOf(command);
  const help = helpOf(command);
  switch (code) {
    case "commander.unknownOption": {
      const [flag = ""] = quoted.split("=");
      const known = flagsOf(entry).map(({ long }) => long);
      if (known.includes(flag)) return `${flag} takes no value. ${help}`;
      // A word that does not look like a flag may be a value, for example a password.
      const shown = /^--[a-z-]+$/i.test(flag) ? flag : "A word that begins with -";
      if (SECRET_FLAG.test(flag)) return `${shown} is not a flag of ${name}: ${SECRETS} ${help}`;
      return `${shown} is not a flag of ${name}${didYouMean(flag, known)} ${help}`;
    }
    case "commander.optionMissingArgument":
      return `${quoted.split(" ")[0]} needs a value: ${quoted}. ${help}`;
    case "commander.missingArgument":
      return `${command.name()} needs ${quoted}: obrolan ${synopsisOf(entry)}. ${help}`;
    default:
      return `The command line cannot be read. ${help}`;
  }
}

/** Throws a `ConfigError` if a command has more arguments than it takes. */
export function refuseArguments(command: Command, { arguments: args }: Entry): void {
  if (args.some(({ isRepeated }) => isRepeated)) return;
  const [word] = command.args.slice(args.length);
  if (word === undefined) return;
  refuseFirstScreen(word, command);
  if (args.length === 0) throw new ConfigError([`${command.name()} takes no such argument. ${helpOf(command)}`]);
  throw new ConfigError([
    `${command.name()} takes no further argument: put words with spaces in quotation marks. ${helpOf(command)}`,
  ]);
}

/** Throws a `ConfigError` for a flag before the name of a command that does not have it. */
export function refuseFlags(program: Command, command: Command): void {
  const known = new Set(command.options.map((option) => option.attributeName()));
  const given = program.options.filter((option) => program.getOptionValue(option.attributeName()) !== undefined);
  const [wrong] = given.filter((option) => !known.has(option.attributeName()));
  if (wrong === undefined) return;
  throw new ConfigError([`${wrong.long} is not a flag of ${nameOf(command)}. ${helpOf(command)}`]);
}

/**
 * The setting `server` if the address is an argument, as in `obrolan HOST:PORT`. Throws a `ConfigError` if the first
 * argument is no address, if there are more, or if `--server` is given, too.
 */
export function serverOf(program: Command, entries: readonly Entry[]): { readonly server?: string } {
  const [word, further] = program.args;
  if (word === undefined) return {};
  refuseFirstScreen(word, program);
  const names = entries.map(({ name }) => name).filter((name) => name !== "");
  const help = helpOf(program);
  if (parseAddress(word) === undefined) {
    const isHost = nearest(word, names) === undefined && /[.:]|^localhost$/i.test(word);
    const address = isHost ? " An address is HOST:PORT, an IPv6 address in brackets." : "";
    throw new ConfigError([`There is no such command${didYouMean(word, names)}${address} ${help}`]);
  }
  if (further !== undefined) {
    refuseFirstScreen(further, program);
    throw new ConfigError([
      names.includes(further)
        ? `With a command, the address is a flag: obrolan ${further} --server HOST:PORT. ${help}`
        : `Only the address of the server is an argument. ${help}`,
    ]);
  }
  if (program.getOptionValue("server") !== undefined) {
    throw new ConfigError([`The server is named twice, as an argument and by --server: leave one out. ${help}`]);
  }
  return { server: word };
}

function refuseFirstScreen(word: string, command: Command): void {
  const typed = word.toLowerCase();
  if (!FIRST_SCREEN.includes(typed)) return;
  throw new ConfigError([
    `${typed} is not an argument of ${nameOf(command)}: start obrolan and type it there, or give it on standard input. ${helpOf(command)}`,
  ]);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
}

function helpOf(command: Command): string {
  return `See ${nameOf(command)} --help.`;
}
