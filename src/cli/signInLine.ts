import { nearest } from "../config/index.ts";
import { CATALOGUES, type Catalogue } from "./catalogue/index.ts";
import { ROOM_WORDS } from "./roomWords.ts";

/** The meaning of the first line. */
export type FirstLine =
  /** `password`: undefined if it was left out; the client then asks for it. */
  | { readonly kind: "signIn"; readonly creates: boolean; readonly username: string; readonly password?: string }
  /** A sign-in without a name, typed by a person. */
  | { readonly kind: "incomplete"; readonly message: string }
  /** A person asks what to type. */
  | { readonly kind: "help" }
  /** A person wants to leave. */
  | { readonly kind: "quit" }
  /** `message` repeats at most a known command of the line, because the rest may contain a password. */
  | { readonly kind: "wrong"; readonly message: string };

/** How a first line is read. */
export interface FirstLineOptions {
  readonly words?: Catalogue["session"];
  /** Whether a person typed the line. They may use the words of other programs, also after a slash. */
  readonly isPerson?: boolean;
}

const SIGN_IN_COMMANDS = CATALOGUES.en.messages.firstCommands.map(({ usage }) => usage.split(" ")[0] ?? "");
/** Names that other programs give these commands, so that "regster" also gets a suggestion. */
const SYNONYMS = new Map([
  ["register", "regist"],
  ["signup", "regist"],
  ["signin", "login"],
]);
const HELP = ["help", "?"];
const QUIT = ["quit", "exit"];

/**
 * Reads the first line. It ignores white space around the command, upper case and full-width letters. The password is
 * everything after the name and one white space character.
 */
export function readFirstLine(
  line: string,
  { words = CATALOGUES.en.session, isPerson = false }: FirstLineOptions = {},
): FirstLine {
  const [, typed = "", username = "", password = ""] = /^\s*(\S+)(?:\s+(\S+)(?:\s(.*))?)?/su.exec(line) ?? [];
  const word = isPerson ? withoutSynonym(fold(typed)) : fold(typed);
  if (isPerson && HELP.includes(word)) return { kind: "help" };
  if (isPerson && QUIT.includes(word)) return { kind: "quit" };
  if (ROOM_WORDS.has(word)) return { kind: "wrong", message: words.roomCommand(word) };
  if (!SIGN_IN_COMMANDS.includes(word)) return { kind: "wrong", message: words.notACommand(nearestCommand(word)) };
  if (username === "") return { kind: isPerson ? "incomplete" : "wrong", message: words.needsName(word) };
  return { kind: "signIn", creates: word === "regist", username, ...(password === "" ? {} : { password }) };
}

function withoutSynonym(word: string): string {
  const bare = word.replace(/^\//, "");
  return SYNONYMS.get(bare) ?? bare;
}

/** The prompt for a password. */
export function passwordPrompt(username: string, words: Catalogue["session"] = CATALOGUES.en.session): string {
  return words.passwordPrompt(shownName(username));
}

/** A name to show in a prompt. Undefined if it is not valid, because "budi:secret" contains a password. */
export function shownName(username: string): string | undefined {
  return /^[\w.-]{1,32}$/.test(username) ? username : undefined;
}

/**
 * Whether a line that was typed in the room may contain a password, because it begins like a sign-in. Such a line must
 * not be shown again.
 */
export function mayHoldPassword(line: string): boolean {
  const word = fold(/\S+/u.exec(line)?.[0] ?? "");
  return !ROOM_WORDS.has(word) && nearestCommand(word) !== undefined;
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
