import type { Item } from "../terminal/item.ts";
import type { Command, Context } from "./command.ts";

/** As many as one page of `List` can have; nobody reads more names than that. */
const MOST = 1000;

/** `list` */
export const list: Command = (context, rest) => (rest.trim() === "" ? whoIsHere(context) : undefined);

/** Who is online. */
export async function whoIsHere({ client, session }: Context): Promise<Extract<Item, { kind: "list" }>> {
  const { users, totalSize } = await client.list(session.token, { pageSize: MOST });
  return { kind: "list", users, total: totalSize };
}
