import type { Command } from "./command.ts";

/** `sendall TEXT` */
export const sendall: Command = ({ room }, text, options) => (text === "" ? undefined : room.sendAll(text, options));
