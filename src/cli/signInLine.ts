import { nearest } from "../config/index.ts";
import { FIRST_COMMANDS } from "./terminal/item.ts";

/** What the first line asks for. */
export type FirstLine =
  /** `password`: undefined if it was left out, and is to be asked for. */
  | { readonly kind: "signIn"; readonly creates: boolean; readonly username: string; readonly password?: string }
  /** A sentence that repeats nothing of the line: it may have a password in it. */
  | { readonly kind: "wrong"; readonly message: string };

/** The commands of the room, which somebody may try before signing in. */
const LATER = ["sendall", "sendto", "list", "logout", "help"];
const FIRST = FIRST_COMMANDS.map(({ usage }) => usage.split(" ")[0] ?? "");
/** What other programs call them, so that "regster" is near one of them too. */
const SYNONYMS = new Map([
  ["register", "regist"],
  ["signup", "regist"],
  ["signin", "login"],
]);

/**
 * Reads the first line. White space before the command and between the command and the name does not matter, and neither do upper case and
 * full-width letters. The password is everything after one white space character.
 */
export function readFirstLine(line: string): FirstLine {
  const [, typed = "", username = "", password = ""] = /^\s*(\S+)(?:\s+(\S+)(?:\s(.*))?)?/su.exec(line) ?? [];
  const word = fold(typed);
  if (LATER.includes(word)) return { kind: "wrong", message: `"${word}" is a command of the room: sign in first.` };
  if (!FIRST.includes(word)) {
    const meant = meantBy(word);
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    return { kind: "wrong", message: `The first line does not begin with a command.${hint}` };
  }
  if (username === "") return { kind: "wrong", message: `"${word}" needs a name.` };
  return { kind: "signIn", creates: word === "regist", username, ...(password === "" ? {} : { password }) };
}

/** The question for a password. It repeats a name only if it can be one: "budi:secret" holds a password. */
export function passwordPrompt(username: string): string {
  return /^[\w.-]{1,32}$/.test(username) ? `password for ${username}: ` : "password: ";
}

/**
 * Whether a line of the room begins like a sign-in, so that it may have a password in it: somebody who is in already types it, or mistypes
 * it, and it must not be shown again.
 */
export function mayHoldPassword(line: string): boolean {
  const word = fold(/\S+/u.exec(line)?.[0] ?? "");
  return !LATER.includes(word) && meantBy(word) !== undefined;
}

/** The command of the first screen that a word is, or is near to. */
function meantBy(word: string): string | undefined {
  const near = nearest(word.replace(/^[^\p{L}]+/u, ""), [...FIRST, ...SYNONYMS.keys()]);
  return near === undefined ? undefined : (SYNONYMS.get(near) ?? near);
}

/** Cut first: normalizing takes quadratic time in combining marks. */
function fold(word: string): string {
  return word.slice(0, 32).normalize("NFKC").toLowerCase();
}
