import type { ChatClient, CommandOptions, Room } from "../../client/index.ts";
import type { RoomWord } from "../roomWords.ts";
import type { SessionOfUser } from "../session/openSession.ts";
import type { Item } from "../terminal/item.ts";
import type { ShownMessages } from "./shownMessages.ts";

/** The client, room and session that a command uses. */
export interface Context {
  readonly client: ChatClient;
  readonly room: Room;
  readonly session: SessionOfUser;
  readonly shown: ShownMessages;
}

/** A command that is typed in the room. */
export interface Command {
  /** The word that it begins with. */
  readonly word: RoomWord;
  /** The command only asks the server. Default: it sends something, and waits for the connection to do so. */
  readonly asks?: true;
  /** The first word after the command is the name of a user. */
  readonly takesName?: true;
  /**
   * Runs the command with the text after its word. Resolves with the item to show. Undefined: the text does not fit,
   * and the line must be sent to the server, whose answer says what is wrong.
   */
  run(context: Context, rest: string, options: CommandOptions): Promise<Item> | undefined;
}

/** The part of a line before its first space, and the part after it. Nothing is trimmed. */
export function splitAtSpace(line: string): [string, string] {
  const space = line.indexOf(" ");
  return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
}
