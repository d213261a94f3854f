import type { Catalogue } from "../catalogue/index.ts";
import type { Key } from "./key.ts";
import type { DELETIONS, KILLS, MOTIONS } from "./motions.ts";

/** What a key can do in the input. */
export type Command =
  | keyof typeof MOTIONS
  | keyof typeof DELETIONS
  | keyof typeof KILLS
  | "enter"
  | "newLine"
  | "up"
  | "down"
  | "complete"
  | "completeBack"
  | "search"
  | "alternative"
  | "cancel"
  | "yank"
  | "yankPop"
  | "transpose"
  | "undo"
  | "clear"
  | "deleteRightOrLeave"
  | "openEditor"
  | "redraw"
  | "suspend";

/** The keys of each command, in the order in which help shows them. Two names with a blank are two keys in turn. */
export const KEYMAP: Readonly<Record<Command, readonly string[]>> = {
  enter: ["enter", "ctrl-m", "ctrl-j"],
  newLine: ["alt-enter", "shift-enter"],
  complete: ["tab", "ctrl-i"],
  completeBack: ["shift-tab"],
  up: ["up", "ctrl-p"],
  down: ["down", "ctrl-n"],
  search: ["ctrl-r"],
  alternative: ["ctrl-s"],
  cancel: ["escape", "ctrl-g"],
  left: ["left", "ctrl-b"],
  right: ["right", "ctrl-f"],
  wordLeft: ["alt-b", "ctrl-left", "alt-left"],
  wordRight: ["alt-f", "ctrl-right", "alt-right"],
  lineStart: ["home", "ctrl-a"],
  lineEnd: ["end", "ctrl-e"],
  textStart: ["ctrl-home", "alt-<"],
  textEnd: ["ctrl-end", "alt->"],
  deleteLeft: ["backspace", "ctrl-h"],
  deleteRight: ["delete"],
  killToStart: ["ctrl-u"],
  killToEnd: ["ctrl-k"],
  killBlankWordLeft: ["ctrl-w"],
  killWordLeft: ["alt-backspace", "ctrl-backspace"],
  killWordRight: ["alt-d", "ctrl-delete", "alt-delete"],
  yank: ["ctrl-y"],
  yankPop: ["alt-y"],
  transpose: ["ctrl-t"],
  undo: ["ctrl-_", "ctrl-/", "ctrl-x ctrl-u"],
  openEditor: ["ctrl-x ctrl-e"],
  clear: ["ctrl-c"],
  deleteRightOrLeave: ["ctrl-d"],
  redraw: ["ctrl-l"],
  suspend: ["ctrl-z"],
};

/** A key with its meaning. */
export type Stroke =
  | { readonly kind: "text" | "paste"; readonly text: string }
  | { readonly kind: "command"; readonly command: Command }
  /** The first of two keys. */
  | { readonly kind: "prefix" }
  /** The key means nothing. */
  | { readonly kind: "none" };

/** A key that was handled: its command if it has one. */
export type LastKey = Command | Stroke["kind"];

const COMMANDS = new Map<string, Command>(
  Object.entries(KEYMAP).flatMap(([command, keys]) => keys.map((key) => [key, command as Command] as const)),
);
const PREFIXES = new Set([...COMMANDS.keys()].filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]));

/** Finds the meaning of keys, one after the other. */
export class KeyReader {
  #prefix = "";

  read(key: Key): Stroke {
    const prefix = this.#prefix;
    this.#prefix = "";
    if (key.kind !== "named") return key;
    const names = namesOf(key);
    const command = names.map((name) => COMMANDS.get(prefix + name) ?? COMMANDS.get(name)).find(Boolean);
    if (command !== undefined) return { kind: "command", command };
    const first = names.find((name) => PREFIXES.has(name));
    if (first === undefined) return { kind: "none" };
    this.#prefix = `${first} `;
    return { kind: "prefix" };
  }
}

/** A command of the input for a person: its keys, such as `Ctrl-A, Home`, and what it does. */
export interface KeyHelp {
  readonly keys: string;
  readonly summary: string;
}

/** All keys of the input, in the order of `KEYMAP`. */
export function keyHelp(words: Catalogue["editor"]): KeyHelp[] {
  return Object.entries(KEYMAP).map(([command, keys]) => ({
    keys: keys
      .filter((key) => !SAME_KEY.has(key))
      .map(spell)
      .join(", "),
    summary: words.commands[command as Command],
  }));
}

/** Names that a terminal may have for another key of the same command. */
const SAME_KEY = new Set(["ctrl-m", "ctrl-j", "ctrl-i", "ctrl-/"]);

function spell(keys: string): string {
  return keys.replace(/(?<=^|[ -])[a-z]/g, (letter) => letter.toUpperCase());
}

/** The names that a key may have in `KEYMAP`, the closest first: Shift counts only if a name has it. */
function namesOf({ name, ctrl, alt, shift }: Extract<Key, { kind: "named" }>): string[] {
  const plain = `${ctrl ? "ctrl-" : ""}${alt ? "alt-" : ""}${name.toLowerCase()}`;
  return shift ? [`shift-${plain}`, plain] : [plain];
}
