import type { CommandOptions } from "../../client/index.ts";
import type { Item } from "../terminal/item.ts";
import { byId } from "./byId.ts";
import { type Command, type Context, splitAtSpace } from "./command.ts";
import { help, withOwnCommands } from "./help.ts";
import { history } from "./history.ts";
import { list } from "./list.ts";
import { logout } from "./logout.ts";
import { search } from "./search.ts";
import { sendall } from "./sendall.ts";
import { sendto } from "./sendto.ts";
import { tell } from "./tell.ts";

/** The commands of the room, by the word that each begins with. */
export const ROOM_COMMANDS: ReadonlyMap<string, Command> = new Map(
  [sendall, sendto, list, logout, help, tell, ...byId, history, search].map((command) => [command.word, command]),
);

/** Runs a line that was typed in the room. A line that is not a known command goes to the server. */
export async function runLine(context: Context, line: string, options: CommandOptions): Promise<Item> {
  const [word, rest] = splitAtSpace(line);
  const command = ROOM_COMMANDS.get(word.toLowerCase());
  const item = await (command?.run(context, rest, options) ?? context.room.typed(line, options));
  return item.kind === "help" ? withOwnCommands(item) : item;
}
