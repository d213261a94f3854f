import type { Item } from "../terminal/item.ts";
import type { Command, Context } from "./command.ts";

/** `logout` */
export const logout: Command = (context, rest) => (rest.trim() === "" ? leaveAndLogOut(context) : undefined);

/** Leaves first, so that everything up to one's last message has come. */
async function leaveAndLogOut({ client, room, session }: Context): Promise<Item> {
  if (room.state.kind === "waiting" && room.pending === 0) room.abort();
  await room.close();
  await client.logout(session.token);
  return { kind: "loggedOut", username: session.username };
}
