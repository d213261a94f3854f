import type { Outcome } from "../../client/index.ts";
import { CATALOGUES } from "../catalogue/index.ts";
import type { Command } from "./command.ts";

type Help = Extract<Outcome, { kind: "help" }>;

/** A command in the list that `help` shows. */
export type HelpEntry = Help["commands"][number];

/** The commands that the client carries out itself, for persons and for scripts. The server does not list them. */
export const SHARED_USAGES = [
  { name: "history", usage: "history [NAME|#ID]" },
  { name: "search", usage: "search WORDS" },
] as const;

const { summaries } = CATALOGUES.en.room;
const LISTED_FOR_SCRIPTS = SHARED_USAGES.map(({ name, usage }) => ({ name, usage, summary: summaries[name] }));

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

/** The server's list of commands, with the client's own at the end. If the list has one of them, it stays as it is. */
export function withOwnCommands(help: Help, own: readonly HelpEntry[] = LISTED_FOR_SCRIPTS): Help {
  const listed = new Set(help.commands.map(({ name }) => name));
  const unknownCommand = own.some(({ name }) => name === help.unknownCommand) ? "" : help.unknownCommand;
  return { ...help, unknownCommand, commands: [...help.commands, ...own.filter(({ name }) => !listed.has(name))] };
}
