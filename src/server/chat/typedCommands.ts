import { hasAtMostBytes } from "../common/outsideText.ts";
import type { WriteCommand } from "./writeCommand.ts";

/** A command that a person can type. */
export interface CommandHelp {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
}

/** The reply to `help`, and to an unknown command. */
export interface Help {
  /** The first word of the line, cut to 64 bytes, if it is not a command; else empty. */
  readonly unknownCommand: string;
  readonly commands: readonly CommandHelp[];
}

/** The commands that people type. `Help`, the terminal client and the docs show this table. */
export const COMMANDS: readonly CommandHelp[] = [
  { name: "sendall", usage: "sendall TEXT", summary: "say TEXT to everyone" },
  { name: "sendto", usage: "sendto NAME TEXT", summary: "say TEXT to NAME alone, who must be online" },
  { name: "list", usage: "list", summary: "show who is online" },
  { name: "logout", usage: "logout", summary: "leave the room and sign out; the account stays" },
  { name: "help", usage: "help", summary: "show these commands" },
  { name: "tell", usage: "tell NAME TEXT", summary: "say TEXT to NAME alone, who may be offline" },
  { name: "reply", usage: "reply ID TEXT", summary: "reply TEXT to message ID, to those who can see it" },
  { name: "edit", usage: "edit ID TEXT", summary: "replace the text of your message ID by TEXT" },
  { name: "delete", usage: "delete ID", summary: "delete your message ID" },
];

const MAX_UNKNOWN_BYTES = 64;
const MAX_COMMAND_BYTES = Math.max(...COMMANDS.map(({ name }) => name.length));

/** The meaning of a typed line. */
export type Typed = WriteCommand | ({ readonly kind: "help" } & Help);

/** The help. `word`: the first word of the typed line, if there is one. */
export function helpFor(word = ""): Help {
  const known = COMMANDS.some((command) => command.name === commandOf(word));
  return { unknownCommand: known ? "" : cutToBytes(word, MAX_UNKNOWN_BYTES), commands: COMMANDS };
}

/**
 * Parses a line as a person typed it. A line end is cut off. The command is the first word, up to the first space and
 * with nothing trimmed, in upper or lower case. The rest after that space is taken as it is.
 */
export function parseTyped(typed: string): Typed {
  const line = withoutLineEnd(typed);
  const [word, rest] = splitAtSpace(line);
  return parseCommand(commandOf(word), rest) ?? { kind: "help", ...helpFor(word) };
}

/** The command with a name; `undefined` if there is none, or if its arguments are incomplete or wrong. */
function parseCommand(name: string | undefined, rest: string): WriteCommand | undefined {
  const [first, text] = splitAtSpace(rest);
  const sent = { replyTo: 0, evenIfOffline: name === "tell" };
  switch (name) {
    case "sendall":
      return rest === "" ? undefined : { kind: "send", recipient: undefined, text: rest, ...sent };
    case "sendto":
    case "tell":
      return first === "" || text === "" ? undefined : { kind: "send", recipient: first, text, ...sent };
    case "reply":
    case "edit": {
      const messageId = idOf(first);
      if (messageId === undefined || text === "") return undefined;
      return name === "reply" ? { kind: "reply", messageId, text } : { kind: "edit", messageId, text, logId: "" };
    }
    case "delete": {
      const messageId = idOf(rest);
      return messageId === undefined ? undefined : { kind: "delete", messageId, logId: "" };
    }
  }
  return undefined;
}

/** The id that a text of digits stands for; one that is too large becomes the largest. */
function idOf(text: string): number | undefined {
  return /^[0-9]+$/.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : undefined;
}

/** A word in lower case; `undefined` if it is longer than every command. */
function commandOf(word: string): string | undefined {
  return hasAtMostBytes(word, MAX_COMMAND_BYTES) ? word.toLowerCase() : undefined;
}

function withoutLineEnd(line: string): string {
  if (!line.endsWith("\n")) return line;
  return line.slice(0, line.endsWith("\r\n") ? -2 : -1);
}

function splitAtSpace(line: string): [string, string] {
  const space = line.indexOf(" ");
  return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
}

function cutToBytes(text: string, max: number): string {
  let bytes = 0;
  let end = 0;
  for (const point of text) {
    bytes += Buffer.byteLength(point);
    if (bytes > max) break;
    end += point.length;
  }
  return text.slice(0, end);
}
