import type { Command } from "./command.ts";

/** `sendall TEXT`: sends a message to everyone. */
export const sendall: Command = {
  word: "sendall",
  run({ room }, text, options) {
    return text === "" ? undefined : room.sendAll(text, options);
  },
};
