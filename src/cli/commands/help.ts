import type { Command } from "./command.ts";

/** `help`: the server knows the commands. */
export const help: Command = ({ room }, rest, options) => (rest.trim() === "" ? room.help(options) : undefined);
