import type { ChatClient, CommandOptions, Room, SignedIn } from "../../client/index.ts";
import type { Item } from "../terminal/item.ts";

/** What a command of the room has at hand. */
export interface Context {
  readonly client: ChatClient;
  readonly room: Room;
  readonly session: SignedIn;
}

/**
 * A command of the room: what is shown when it is done. Undefined: what follows the word is not for this command, and the server is
 * to say so.
 */
export type Command = (context: Context, rest: string, options: CommandOptions) => Promise<Item> | undefined;

/** The part of a line before its first space, and the part after it; nothing is trimmed. */
export function splitAtSpace(line: string): [string, string] {
  const space = line.indexOf(" ");
  return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
}
