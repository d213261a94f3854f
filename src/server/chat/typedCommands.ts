import { hasAtMostBytes } from "../common/outsideText.ts";

/** A command that a person can type in the room. */
export interface CommandHelp {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
}

/** The answer to a command that is not known, or that asks for help. */
export interface Help {
  /** The first word of what was typed where it is no command, cut to 64 bytes; else empty. */
  readonly unknownCommand: string;
  readonly commands: readonly CommandHelp[];
}

/** The commands of the room, as people type them: what `Help`, the terminal client and the docs all say. */
export const COMMANDS: readonly CommandHelp[] = [
  { name: "sendall", usage: "sendall TEXT", summary: "say TEXT to everyone" },
  { name: "sendto", usage: "sendto NAME TEXT", summary: "say TEXT to NAME alone, who must be online" },
  { name: "list", usage: "list", summary: "show who is online" },
  { name: "logout", usage: "logout", summary: "leave the room and sign out; the account stays" },
  { name: "help", usage: "help", summary: "show these commands" },
];

const MAX_UNKNOWN_BYTES = 64;
const MAX_COMMAND_BYTES = Math.max(...COMMANDS.map(({ name }) => name.length));

/** What a typed line asks for. */
export type Typed =
  | { readonly kind: "send"; readonly recipient: string | undefined; readonly text: string }
  | ({ readonly kind: "help" } & Help);

/** Help with the commands; `word` is what was typed in the place of one. */
export function helpFor(word = ""): Help {
  const known = COMMANDS.some((command) => command.name === commandOf(word));
  return { unknownCommand: known ? "" : cutToBytes(word, MAX_UNKNOWN_BYTES), commands: COMMANDS };
}

/**
 * Reads a command line as a person typed it. A line end is cut off; the first word, up to the first space with nothing trimmed,
 * is the command in any case; after one space the rest is taken as it is.
 */
export function parseTyped(typed: string): Typed {
  const line = withoutLineEnd(typed);
  const [word, rest] = splitAtSpace(line);
  switch (commandOf(word)) {
    case "sendall":
      if (rest !== "") return { kind: "send", recipient: undefined, text: rest };
      break;
    case "sendto": {
      const [recipient, text] = splitAtSpace(rest);
      if (recipient !== "" && text !== "") return { kind: "send", recipient, text };
      break;
    }
  }
  return { kind: "help", ...helpFor(word) };
}

/** A word as commands are written; `undefined`: it is longer than any of them. */
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
