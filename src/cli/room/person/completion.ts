import type { Completion } from "../../editor/completion.ts";
import { splitAtSpace } from "../command.ts";
import { ROOM_COMMANDS } from "../commands.ts";
import { SLASH_WORDS } from "./interpret.ts";
import { OWN_COMMANDS } from "./ownCommands.ts";

/** What a completion depends on besides the line. */
export interface CompletionContext {
  /** The names that can be completed, the likeliest first. */
  readonly names: readonly string[];
  /** Whether a line that is no command goes to everyone. */
  readonly says: boolean;
}

const COMMAND_WORDS: readonly string[] = [...ROOM_COMMANDS.keys(), ...OWN_COMMANDS.keys()];

/**
 * The completions of a line before the cursor: a command at its beginning, a value after a command that takes one, and
 * names anywhere, also as `@name`.
 */
export function complete(before: string, { names, says }: CompletionContext): Completion {
  const from = before.search(/\S*$/);
  const typed = before.slice(from).toLowerCase();
  const matching = (words: readonly string[], suffix = "") =>
    words.filter((word) => word.startsWith(typed)).map((word) => word + suffix);
  if (from === 0) {
    if (typed.startsWith("/")) return { from, candidates: matching(SLASH_WORDS.map((word) => `/${word}`)) };
    if (typed.startsWith("@")) return { from, candidates: matching(names.map((name) => `@${name}`)) };
    const addressed = says && typed !== "" ? matching(names, ":") : [];
    return { from, candidates: [...matching(COMMAND_WORDS), ...addressed] };
  }
  const values = valuesAfter(before.slice(0, from), names);
  if (values !== undefined) return { from, candidates: matching(values) };
  if (typed === "") return { from, candidates: [] };
  return { from, candidates: typed.startsWith("@") ? matching(names.map((name) => `@${name}`)) : matching(names) };
}

/** The words that can follow a command and a space; undefined: any, or the text is not that. */
function valuesAfter(before: string, names: readonly string[]): readonly string[] | undefined {
  const [first, rest] = splitAtSpace(before);
  if (rest !== "" || !before.endsWith(" ")) return undefined;
  const word = first.replace(/^\//, "").toLowerCase();
  const takesName = ROOM_COMMANDS.get(word)?.takesName || word === "msg";
  return takesName ? names : OWN_COMMANDS.get(word)?.values;
}
