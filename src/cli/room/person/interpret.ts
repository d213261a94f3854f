import { mayHoldPassword } from "../../signInLine.ts";
import { splitAtSpace } from "../command.ts";
import { ROOM_COMMANDS } from "../commands.ts";
import type { OwnCommand } from "./ownCommand.ts";
import { OWN_COMMANDS, quit } from "./ownCommands.ts";

/** The meaning of a line that a person typed. */
export type Meaning =
  /** A line for `runLine`: a command of the room, or an unknown one, which the server answers with its list. */
  | { readonly kind: "line"; readonly line: string }
  | { readonly kind: "own"; readonly command: OwnCommand; readonly rest: string }
  | { readonly kind: "quit" }
  /** Words of a sentence, or a command that changes or hides something: the person decides. `line`: the command. */
  | { readonly kind: "unclear"; readonly line: string }
  /** Not to be sent to everyone, because it begins like a sign-in. */
  | { readonly kind: "mayHoldPassword" };

/** The commands of IRC, and the line that each stands for; `rest`: the text after the command. */
const IRC_FORMS: ReadonlyMap<string, (rest: string) => string> = new Map([
  ["msg", (rest: string) => `tell ${rest}`],
  ["who", () => "list"],
  ["quit", () => quit.word],
  ["help", (rest: string) => (rest.trim() === "" ? "help" : `help ${rest}`)],
  ["me", (rest: string) => (rest.trim() === "" ? "sendall" : `sendall * ${rest.trimStart()}`)],
]);

/**
 * Commands that an ordinary sentence may begin with, such as "tell me more". To run one by mistake changes a message, or
 * sends a private text to everyone. If plain lines go to everyone, they run only after a slash.
 */
const SLASH_ONLY = new Set(["sendto", "tell", "reply", "edit", "delete"]);

/** The words that can follow a slash. */
export const SLASH_WORDS: readonly string[] = [
  ...new Set([...IRC_FORMS.keys(), ...ROOM_COMMANDS.keys(), ...OWN_COMMANDS.keys()]),
];

/**
 * Reads a line. `says`: a line that begins with neither a command nor a slash goes to everyone, `//x` sends "/x", and
 * some commands need the slash.
 */
export function interpret(typed: string, says: boolean): Meaning {
  const line = says ? typed : typed.trimStart();
  if (line.startsWith("/")) return interpretSlash(line, says);
  if (says && SLASH_ONLY.has(splitAtSpace(line)[0].toLowerCase())) return { kind: "unclear", line: `/${line}` };
  const meaning = interpretCommand(line);
  if (meaning !== undefined) return meaning;
  if (!says) return { kind: "line", line };
  return mayHoldPassword(line) ? { kind: "mayHoldPassword" } : { kind: "line", line: sendAllLine(line) };
}

/** The line that sends a text to everyone. */
export function sendAllLine(text: string): string {
  return `sendall ${text}`;
}

function interpretSlash(line: string, says: boolean): Meaning {
  if (says && line.startsWith("//")) return { kind: "line", line: sendAllLine(line.slice(1)) };
  const [word, rest] = splitAtSpace(line.slice(1));
  const form = IRC_FORMS.get(word.toLowerCase());
  return interpretCommand(form === undefined ? line.slice(1) : form(rest)) ?? { kind: "line", line };
}

/** The meaning of a line that begins with a command; undefined: it does not. */
function interpretCommand(line: string): Meaning | undefined {
  const [first, rest] = splitAtSpace(line);
  const word = first.toLowerCase();
  if (word === "history" && rest.trim().startsWith("#")) return interpretCommand(`jump ${rest}`);
  const command = OWN_COMMANDS.get(`${word} ${rest.trim().toLowerCase()}`) ?? OWN_COMMANDS.get(word);
  if (command === quit && rest.trim() === "") return { kind: "quit" };
  if (command !== undefined) return { kind: "own", command, rest };
  return ROOM_COMMANDS.has(word) ? { kind: "line", line } : undefined;
}
