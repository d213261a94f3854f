import { type Command, splitAtSpace } from "./command.ts";
import { sendto } from "./sendto.ts";

/** `tell NAME TEXT`: sends a message to one user, who may be offline. */
export const tell: Command = {
  ...sendto,
  word: "tell",
  run({ room }, rest, options) {
    const [username, text] = splitAtSpace(rest);
    if (username === "" || text === "") return undefined;
    return room.sendTo(username, text, { ...options, evenIfOffline: true });
  },
};
