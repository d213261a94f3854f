import type { Outcome } from "../../client/index.ts";
import type { Command } from "./command.ts";

/** The commands that the client carries out itself, and that the server's list does not have. */
const OWN_COMMANDS = [
  { name: "history", usage: "history [NAME]", summary: "show earlier messages, or those with NAME" },
  { name: "search", usage: "search WORDS", summary: "find messages with all WORDS; search alone shows more" },
];

type Help = Extract<Outcome, { kind: "help" }>;

/** `help`: shows the commands, which the server lists. */
export const help: Command = {
  word: "help",
  run({ room }, rest, options) {
    return rest.trim() === "" ? room.help(options) : undefined;
  },
};

/** Whether a line asks for help. The server also answers an unknown command with help. */
export function isHelp(line: string): boolean {
  return line.trim().toLowerCase() === help.word;
}

/** The server's list of commands, with those of the client at the end. If the list has one of them, it stays as it is. */
export function withOwnCommands(help: Help): Help {
  const listed = new Set(help.commands.map(({ name }) => name));
  const own = OWN_COMMANDS.filter(({ name }) => !listed.has(name));
  const unknownCommand = OWN_COMMANDS.some(({ name }) => name === help.unknownCommand) ? "" : help.unknownCommand;
  return { ...help, unknownCommand, commands: [...help.commands, ...own] };
}
