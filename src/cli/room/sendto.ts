import { type Command, splitAtSpace } from "./command.ts";

/** `sendto NAME TEXT`: sends a message to one user. */
export const sendto: Command = {
  word: "sendto",
  takesName: true,
  run({ room }, rest, options) {
    const [username, text] = splitAtSpace(rest);
    return username === "" || text === "" ? undefined : room.sendTo(username, text, options);
  },
};
