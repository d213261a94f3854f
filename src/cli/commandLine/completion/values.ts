import type { Argument, Entry } from "../entry.ts";
import { type Flag, flagsOf } from "../flags.ts";

/** How a shell completes a value. */
export type Values =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "files" }
  | { readonly kind: "folders" }
  /** Only the person knows the value. */
  | { readonly kind: "none" };

/** The values of a flag that has one. */
export function valuesOf({ words, placeholder }: Flag): Values {
  return completed(words, placeholder);
}

/** The values of an argument. */
export function argumentValues({ name, words = [] }: Argument, entries: readonly Entry[]): Values {
  if (name === "COMMAND") return { kind: "words", words: commandNames(entries) };
  return completed(words, name);
}

/** The names of all commands. */
export function commandNames(entries: readonly Entry[]): string[] {
  return entries.map(({ name }) => name).filter((name) => name !== "");
}

/** Every flag that has a value, of any command, once. A shell must skip its value to find the command. */
export function flagsWithValue(entries: readonly Entry[]): string[] {
  const flags = entries.flatMap(flagsOf).filter(({ placeholder }) => placeholder !== undefined);
  return [...new Set(flags.map(({ long }) => long))];
}

function completed(words: readonly string[], placeholder: string | undefined): Values {
  if (words.length > 0) return { kind: "words", words };
  if (placeholder === "FILE") return { kind: "files" };
  return placeholder === "FOLDER" ? { kind: "folders" } : { kind: "none" };
}
