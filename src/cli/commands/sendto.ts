import { type Command, splitAtSpace } from "./command.ts";

/** `sendto NAME TEXT` */
export const sendto: Command = ({ room }, rest, options) => {
  const [username, text] = splitAtSpace(rest);
  return username === "" || text === "" ? undefined : room.sendTo(username, text, options);
};
