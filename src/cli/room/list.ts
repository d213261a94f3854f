import type { Item } from "../terminal/item.ts";
import type { Command, Context } from "./command.ts";

/** The largest page of `List`. The users after the first page are only counted, because nobody reads a longer list. */
const MAX_NAMES = 1000;

/** `list`: shows who is online. */
export const list: Command = {
  word: "list",
  asks: true,
  run(context, rest) {
    return rest.trim() === "" ? listOnline(context) : undefined;
  },
};

/** The users who are online. */
export async function listOnline({ client, session }: Context): Promise<Extract<Item, { kind: "list" }>> {
  const { users, totalSize } = await client.list(session.token, { pageSize: MAX_NAMES });
  return { kind: "list", users, total: totalSize };
}
