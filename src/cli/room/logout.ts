import type { Item } from "../terminal/item.ts";
import type { Command, Context } from "./command.ts";

/** `logout`: leaves the room and ends the session. */
export const logout: Command = {
  word: "logout",
  run(context, rest) {
    return rest.trim() === "" ? leaveAndLogOut(context) : undefined;
  },
};

/** Whether a line is the command that ends the session. */
export function isLogout(line: string): boolean {
  return line.trim().toLowerCase() === logout.word;
}

/** Leaves the room before the logout, so that everything up to the user's last message arrives. */
async function leaveAndLogOut({ client, room, session }: Context): Promise<Item> {
  if (room.state.kind === "waiting" && room.pending === 0) room.abort();
  await room.close();
  await client.logout(session.token);
  return { kind: "loggedOut", username: session.username };
}
