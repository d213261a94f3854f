import type { Command } from "./command.ts";

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
