import { CONFIG, envOf, flagOf, type Setting } from "../../config/index.ts";
import type { Entry } from "./entry.ts";

/** A flag of a command. */
export interface Flag {
  /** Such as `-h`. Undefined: it has no short form. */
  readonly short: string | undefined;
  /** Such as `--log-level`. */
  readonly long: string;
  /** The placeholder of its value. Undefined: a switch, which has no value. */
  readonly placeholder: string | undefined;
  readonly summary: string;
  /** The default, in words. Undefined: none to speak of. */
  readonly default: string | undefined;
  /** The environment variable of the same setting. */
  readonly env: string | undefined;
  /** The words that its value may be. */
  readonly words: readonly string[];
}

const HELP = plainFlag("-h", "--help", "show this help");
const VERSION = plainFlag("-v", "--version", "show the version");

/** The flags of a command, in the order of its help: its own, its settings, and those that every command has. */
export function flagsOf({ name, options, settings }: Entry): Flag[] {
  const own = Object.entries(options).map(([key, setting]) => flagFrom(key, setting, false));
  const shared = Object.entries(settings).map(([key, setting]) => flagFrom(key, setting, true));
  const config = shared.length === 0 ? [] : [configFlag(settings)];
  return [...own, ...shared, ...config, HELP, ...(name === "" ? [VERSION] : [])];
}

/** A flag as help and man page show it: `-h, --help`, `--log-level LEVEL`. */
export function termOf({ short, long, placeholder }: Flag): string {
  return `${short === undefined ? "" : `${short}, `}${long}${placeholder === undefined ? "" : ` ${placeholder}`}`;
}

/** Its default and its environment variable, in words. Empty: it has neither. */
export function notesOf({ default: value, env }: Flag): string {
  return [value === undefined ? "" : `default ${value}`, env ?? ""].filter((note) => note !== "").join("; ");
}

function flagFrom(key: string, setting: Setting<unknown>, isSetting: boolean): Flag {
  const { placeholder, summary, default: value, words = [] } = setting;
  return {
    short: undefined,
    long: flagOf(key),
    placeholder,
    summary: words.length === 0 ? summary : `${summary}: ${setting.allowed}`,
    default: value === undefined || value === false ? undefined : String(value),
    env: isSetting ? envOf(key) : undefined,
    words,
  };
}

function configFlag(settings: Entry["settings"]): Flag {
  return {
    short: undefined,
    long: flagOf(CONFIG),
    placeholder: "FILE",
    summary: `a JSON file of settings, such as {"${Object.keys(settings)[0]}": …}`,
    default: undefined,
    env: envOf(CONFIG),
    words: [],
  };
}

function plainFlag(short: string, long: string, summary: string): Flag {
  return { short, long, placeholder: undefined, summary, default: undefined, env: undefined, words: [] };
}
