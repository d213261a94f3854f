import { parseAddress } from "../shared/address.ts";
import { isFileContent } from "./shown.ts";
import { isUrl } from "./url.ts";

/** A setting. Its name is its key in the table. */
export interface Setting<T> {
  /** What the setting does, in one line. */
  readonly summary: string;
  /** The placeholder of the value, as in `--burst COUNT`. Undefined for a switch, which has no value. */
  readonly placeholder: string | undefined;
  /** The allowed values, to follow "it must be". */
  readonly allowed: string;
  /** The value if no source sets it. */
  readonly default: T;
  /** Whether a value that some source sets is allowed. */
  readonly isAllowed: (value: unknown) => boolean;
  /** The words that the value may be, if they are few: completions offer them. */
  readonly words?: readonly string[];
  /** Whether the value may have a password in it. Such a value is never shown. */
  readonly secret?: boolean;
  /**
   * Parses a flag or environment variable. Returns the text itself if it cannot be parsed; `isAllowed` then refuses it.
   */
  readonly fromText: (text: string) => unknown;
}

/** Settings by name. The name is the key in a file. Flag and environment variable are derived from it. */
export type Table = Record<string, Setting<unknown>>;

/** The values of the settings of a table. */
export type Values<T extends Table> = { [Key in keyof T]: T[Key] extends Setting<infer Value> ? Value : never };

interface Described<T> {
  summary: string;
  default: T;
}

/** A file or folder. A relative path is relative to the working folder. */
export function path<T extends string | undefined>(about: Described<T> & { placeholder: string }): Setting<string | T> {
  return {
    ...about,
    allowed: "the name of a file or folder",
    isAllowed: isText((text) => text !== "" && !isFileContent(text)),
    fromText: (text) => text,
  };
}

/** An address, `HOST:PORT`. */
export function address<T extends string | undefined>(about: Described<T> & { minPort: number }): Setting<string | T> {
  return {
    ...about,
    placeholder: "HOST:PORT",
    allowed: `HOST:PORT, an IPv6 address in brackets, the port from ${about.minPort} to 65535`,
    isAllowed: isText((text) => (parseAddress(text)?.port ?? -1) >= about.minPort),
    fromText: (text) => text,
  };
}

/**
 * A URL with one of these schemes. It may have a password in it. `several`: a list of URLs separated by commas, in
 * which the scheme is optional.
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
    isAllowed: isText((text) => partsOf(text).every((part) => isUrl(part, schemes, several))),
    secret: true,
    fromText: (text) => text,
  };
}

/** A whole number. `meaning` explains the special value 0. */
export function count(about: Described<number> & { max: number; meaning?: string }): Setting<number> {
  const meaning = about.meaning === undefined ? "" : ` (${about.meaning})`;
  return {
    ...about,
    placeholder: "COUNT",
    allowed: `a whole number from 0 to ${about.max}${meaning}`,
    isAllowed: (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= about.max,
    fromText: (text) => (/^\d+$/.test(text) ? Number(text) : text),
  };
}

/** One of a few words. */
export function choice<const Word extends string, T extends Word | undefined>(
  about: Described<T> & { placeholder: string; words: readonly Word[] },
): Setting<Word | T> {
  return {
    ...about,
    allowed: `one of ${about.words.join(", ")}`,
    isAllowed: isText((text) => about.words.some((word) => word === text)),
    fromText: (text) => text,
  };
}

/** A name that matches a pattern. `allowed`: the pattern in words. */
export function name<T extends string | undefined>(
  about: Described<T> & { placeholder: string; pattern: RegExp; allowed: string },
): Setting<string | T> {
  return {
    ...about,
    isAllowed: isText((text) => about.pattern.test(text)),
    fromText: (text) => text,
  };
}

/** On or off. The default is off. */
export function toggle(about: { summary: string }): Setting<boolean> {
  return {
    ...about,
    placeholder: undefined,
    allowed: "true or false",
    default: false,
    isAllowed: (value) => typeof value === "boolean",
    fromText: (text) => (text === "true" ? true : text === "false" ? false : text),
  };
}

/** A check of a text. Anything else is not allowed. */
function isText(check: (text: string) => boolean): (value: unknown) => boolean {
  return (value) => typeof value === "string" && check(value);
}
