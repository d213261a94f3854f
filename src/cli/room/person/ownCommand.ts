import type { Catalogue } from "../../catalogue/index.ts";
import type { KeyHelp } from "../../editor/keymap.ts";
import type { PreferenceStore } from "../../session/preferences.ts";
import type { Item } from "../../terminal/item.ts";
import type { Context } from "../command.ts";

/** What the commands of a person use. */
export interface PersonContext extends Context {
  readonly words: Catalogue["room"];
  readonly preferences: PreferenceStore;
  /** What the keys of the input do. */
  readonly keys: readonly KeyHelp[];
  /** Up to which id the account had read when the person came in; undefined: not known. */
  readUpToAtEntry(): bigint | undefined;
}

/** A command that only a person types; in a script its word is unknown. */
export interface OwnCommand {
  /** The word that it begins with, or two words. */
  readonly word: keyof Catalogue["room"]["summaries"];
  readonly usage: string;
  /** The words that may follow, if they are the only ones. */
  readonly values?: readonly string[];
  /** Runs the command with the text after its word. Undefined: the text does not fit. */
  run(context: PersonContext, rest: string): Promise<Item> | undefined;
}

/** A sentence as an item. */
export function note(text: string): Extract<Item, { kind: "note" }> {
  return { kind: "note", text };
}
