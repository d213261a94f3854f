import { z } from "zod";
import { parseAddress } from "../shared/address.ts";
import { isFileContent } from "./shown.ts";
import { isUrl } from "./url.ts";

/** One setting: everything that is known of it but its name, which is its key in the table. */
export interface Setting<T> {
  /** What it is, in one line. */
  readonly summary: string;
  /** What stands for its value: `--burst COUNT`. Undefined: a switch, which has none. */
  readonly placeholder: string | undefined;
  /** What it may be, to follow "it must be". */
  readonly allowed: string;
  /** What it is where nothing sets it. */
  readonly default: T;
  readonly schema: z.ZodType<T>;
  /** It may have a password in it: what it is set to is never shown. */
  readonly secret?: boolean;
  /** Makes the value of a text, as flags and the environment have it. What it cannot read it leaves to the schema. */
  readonly fromText: (text: string) => unknown;
}

/** Settings by name. The name is the key in a file, and makes the flag and the environment variable. */
export type Table = Record<string, Setting<unknown>>;

/** What a table's settings come to. */
export type Values<T extends Table> = { [Key in keyof T]: T[Key] extends Setting<infer Value> ? Value : never };

interface Described<T> {
  summary: string;
  default: T;
}

/** A file or folder; relative to the working folder. */
export function path<T extends string | undefined>(about: Described<T> & { placeholder: string }): Setting<string | T> {
  const name = z
    .string()
    .min(1)
    .refine((text) => !isFileContent(text));
  const schema = (about.default === undefined ? name.optional() : name) as z.ZodType<string | T>;
  return { ...about, allowed: "the name of a file or folder", schema, fromText: (text) => text };
}

/** `HOST:PORT`. */
export function address<T extends string | undefined>(about: Described<T> & { minPort: number }): Setting<string | T> {
  const schema = z.string().refine((text) => (parseAddress(text)?.port ?? -1) >= about.minPort);
  return {
    ...about,
    placeholder: "HOST:PORT",
    allowed: `HOST:PORT, an IPv6 address in brackets, the port from ${about.minPort} to 65535`,
    schema: (about.default === undefined ? schema.optional() : schema) as z.ZodType<string | T>,
    fromText: (text) => text,
  };
}

/**
 * A URL of one of these schemes, in which there may be a password. `several`: any number of them with commas between, whose scheme may be
 * left out.
 */
export function url(about: {
  summary: string;
  schemes: readonly string[];
  several: boolean;
  allowed: string;
}): Setting<string | undefined> {
  const { summary, schemes, several, allowed } = about;
  const partsOf = (text: string) => (several ? text.split(",").map((part) => part.trim()) : [text]);
  return {
    summary,
    placeholder: "URL",
    allowed,
    default: undefined,
    schema: z
      .string()
      .refine((text) => partsOf(text).every((part) => isUrl(part, schemes, several)))
      .optional(),
    secret: true,
    fromText: (text) => text,
  };
}

/** A whole number. `meaning`: what 0, or another special value, means. */
export function count(about: Described<number> & { max: number; meaning?: string }): Setting<number> {
  const meaning = about.meaning === undefined ? "" : ` (${about.meaning})`;
  return {
    ...about,
    placeholder: "COUNT",
    allowed: `a whole number from 0 to ${about.max}${meaning}`,
    schema: z.int().min(0).max(about.max),
    fromText: (text) => (/^\d+$/.test(text) ? Number(text) : text),
  };
}

/** One of a few words. */
export function choice<const Word extends string>(
  about: Described<Word> & { placeholder: string; words: readonly Word[] },
): Setting<Word> {
  return {
    ...about,
    allowed: `one of ${about.words.join(", ")}`,
    schema: z.enum(about.words),
    fromText: (text) => text,
  };
}

/** On or off; off by default. */
export function toggle(about: { summary: string }): Setting<boolean> {
  return {
    ...about,
    placeholder: undefined,
    allowed: "true or false",
    default: false,
    schema: z.boolean(),
    fromText: (text) => (text === "true" ? true : text === "false" ? false : text),
  };
}
