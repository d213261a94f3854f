import { nearest } from "../../config/index.ts";
import { FIRST_COMMANDS } from "../terminal/item.ts";
import { ROOM_COMMANDS } from "./commands.ts";

/** The meaning of the first line. */
export type FirstLine =
  /** `password`: undefined if it was left out; the client then asks for it. */
  | { readonly kind: "signIn"; readonly creates: boolean; readonly username: string; readonly password?: string }
  /** `message` repeats at most a known command of the line, because the rest may contain a password. */
  | { readonly kind: "wrong"; readonly message: string };

const SIGN_IN_COMMANDS = FIRST_COMMANDS.map(({ usage }) => usage.split(" ")[0] ?? "");
/** Names that other programs give these commands, so that "regster" also gets a suggestion. */
const SYNONYMS = new Map([
  ["register", "regist"],
  ["signup", "regist"],
  ["signin", "login"],
]);

/**
 * Reads the first line. It ignores white space around the command, upper case and full-width letters. The password is
 * everything after the name and one white space character.
 */
export function readFirstLine(line: string): FirstLine {
  const [, typed = "", username = "", password = ""] = /^\s*(\S+)(?:\s+(\S+)(?:\s(.*))?)?/su.exec(line) ?? [];
  const word = fold(typed);
  if (ROOM_COMMANDS.has(word)) return { kind: "wrong", message: `"${word}" is a command of the room: sign in first.` };
  if (!SIGN_IN_COMMANDS.includes(word)) {
    const nearby = nearestCommand(word);
    const suggestion = nearby === undefined ? "" : ` Did you mean ${nearby}?`;
    return { kind: "wrong", message: `The first line does not begin with a command.${suggestion}` };
  }
  if (username === "") return { kind: "wrong", message: `"${word}" needs a name.` };
  return { kind: "signIn", creates: word === "regist", username, ...(password === "" ? {} : { password }) };
}

/** The prompt for a password. It repeats only a valid name, because "budi:secret" contains a password. */
export function passwordPrompt(username: string): string {
  return /^[\w.-]{1,32}$/.test(username) ? `password for ${username}: ` : "password: ";
}

/**
 * Whether a line that was typed in the room may contain a password, because it begins like a sign-in. Such a line must
 * not be shown again.
 */
export function mayHoldPassword(line: string): boolean {
  const word = fold(/\S+/u.exec(line)?.[0] ?? "");
  return !ROOM_COMMANDS.has(word) && nearestCommand(word) !== undefined;
}

/** The sign-in command that a word equals, or is near to. */
function nearestCommand(word: string): string | undefined {
  const near = nearest(word.replace(/^[^\p{L}]+/u, ""), [...SIGN_IN_COMMANDS, ...SYNONYMS.keys()]);
  return near === undefined ? undefined : (SYNONYMS.get(near) ?? near);
}

/** Cuts before it normalizes, because normalizing takes quadratic time in combining marks. */
function fold(word: string): string {
  return word.slice(0, 32).normalize("NFKC").toLowerCase();
}
