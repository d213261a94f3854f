import type { CommandOptions } from "../../client/index.ts";
import type { Item } from "../terminal/item.ts";
import { type Command, type Context, splitAtSpace } from "./command.ts";
import { help } from "./help.ts";
import { list } from "./list.ts";
import { logout } from "./logout.ts";
import { sendall } from "./sendall.ts";
import { sendto } from "./sendto.ts";

/** The commands that the program carries out by itself. */
const COMMANDS = new Map<string, Command>(Object.entries({ sendall, sendto, list, logout, help }));

/** Carries out a line that was typed in the room; what is not known here is passed on to the server. */
export function carryOut(context: Context, line: string, options: CommandOptions): Promise<Item> {
  const [word, rest] = splitAtSpace(line);
  const command = COMMANDS.get(word.toLowerCase());
  return command?.(context, rest, options) ?? context.room.typed(line, options);
}

/** Whether a line is the one that ends the session. */
export function isLogout(line: string): boolean {
  return line.trim().toLowerCase() === "logout";
}

/** What a line that is being typed can be completed to; `usernames` are those that one can write to. */
export function completions(line: string, usernames: Iterable<string>): string[] {
  const [word, rest] = splitAtSpace(line);
  if (!line.includes(" "))
    return [...COMMANDS.keys()].filter((name) => name.startsWith(word)).map((name) => `${name} `);
  if (word !== "sendto" || rest.includes(" ")) return [];
  return [...usernames].filter((username) => username.startsWith(rest)).map((username) => `sendto ${username} `);
}
