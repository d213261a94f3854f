import { Command, Option } from "commander";
import { readVersion } from "../shared/version.ts";
import type { Entry } from "./commandLine/entry.ts";
import { flagsOf } from "./commandLine/flags.ts";
import { helpText } from "./commandLine/helpText.ts";
import { helpWidth } from "./commands/help.ts";
import { ENTRIES } from "./commands/table.ts";
import type { Exit } from "./exitCode.ts";
import type { Stdio } from "./terminal/output.ts";
import { refuseArguments, refuseFlags, serverOf, usageError } from "./usage.ts";

/** The command line of the program, made from the table of its commands. `exit` takes the exit code. */
export function makeProgram(env: NodeJS.ProcessEnv, stdio: Stdio, exit: (code: Exit) => void): Command {
  const program = new Command("obrolan").helpCommand(false).enablePositionalOptions();
  for (const entry of ENTRIES) {
    const command = entry.name === "" ? program : program.command(entry.name);
    configure(command, entry, stdio).action(async () => {
      const given = { env, stdio, entries: ENTRIES };
      if (entry.name === "") {
        const server = serverOf(command, ENTRIES);
        exit(await entry.run({ ...given, args: [], flags: { ...command.opts(), ...server } }));
        return;
      }
      refuseArguments(command, entry);
      refuseFlags(program, command);
      exit(await entry.run({ ...given, args: command.args, flags: { ...program.opts(), ...command.opts() } }));
    });
  }
  return program;
}

/** Gives a command its flags and arguments, and its words for help and errors. */
function configure(command: Command, entry: Entry, stdio: Stdio): Command {
  command
    .helpOption("-h, --help", "show this help")
    .configureHelp({ formatHelp: () => helpText(entry, ENTRIES, helpWidth()) })
    .allowExcessArguments()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: (text) => void stdio.stdout.write(text), outputError: () => {} })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : usageError(error, command, entry);
    });
  if (entry.name === "") command.version(readVersion(), "-v, --version", "show the version");
  for (const { name, isRequired, isRepeated } of entry.arguments) {
    const dots = isRepeated ? "..." : "";
    command.argument(isRequired ? `<${name}${dots}>` : `[${name}${dots}]`);
  }
  for (const { long, placeholder, summary } of flagsOf(entry)) {
    if (long === "--help" || long === "--version") continue;
    command.addOption(new Option(placeholder === undefined ? long : `${long} <${placeholder}>`, summary));
  }
  return command;
}
