import { resolve, type Table, type Values } from "../../config/index.ts";
import type { Exit } from "../exitCode.ts";
import type { Stdio } from "../terminal/output.ts";

/** The groups of commands in the help, in their order. */
export const GROUPS = ["Talk", "Scripts", "Server", "This program"] as const;

/** A group of commands. */
export type Group = (typeof GROUPS)[number];

/** A command of the program: everything that help, completions, man page and docs say about it, and how it runs. */
export interface Entry {
  /** The word on the command line. Empty: the program without a command. */
  readonly name: string;
  readonly group: Group;
  /** What it does, in one line that begins with a small letter and has no full stop. */
  readonly summary: string;
  /** Sentences that its own help adds. */
  readonly details: string;
  readonly arguments: readonly Argument[];
  /** The flags that only the command line can set. */
  readonly options: Table;
  /** The settings, which flags, environment and file set. */
  readonly settings: Table;
  readonly examples: readonly Example[];
  /** Runs the command. Throws a `ConfigError` for a value that is not allowed. */
  readonly run: (given: Given) => Promise<Exit>;
}

/** An argument of a command. */
export interface Argument {
  /** In capitals, as in `backup FILE`. */
  readonly name: string;
  readonly isRequired: boolean;
  /** Whether it takes all words that follow. */
  readonly isRepeated?: boolean;
  readonly summary: string;
  /** The words that it may be. */
  readonly words?: readonly string[];
}

/** A line to copy, and what it does. */
export interface Example {
  readonly line: string;
  readonly summary: string;
}

/** The command line as it was given. */
export interface Given {
  readonly args: readonly string[];
  /** The values of the flags by key. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: Stdio;
  /** All commands of the program. */
  readonly entries: readonly Entry[];
}

/** A `Given` whose options have been checked. */
export interface Checked<Options extends Table> extends Given {
  readonly options: Values<Options>;
}

/** A command as the table has it. */
export interface Described<Settings extends Table, Options extends Table>
  extends Omit<Entry, "details" | "arguments" | "options" | "settings" | "run"> {
  readonly details?: string;
  readonly arguments?: readonly Argument[];
  readonly options: Options;
  readonly settings: Settings;
  /** Checks settings that depend on each other. Returns a sentence for each problem. */
  readonly rules: (config: Values<Settings>) => string[];
  readonly run: (config: Values<Settings>, given: Checked<Options>) => Promise<Exit>;
}

/** Makes entries. `all`: every table of settings of the program; a file or the environment may set all of them. */
export function entryMaker(all: readonly Table[]) {
  return <Settings extends Table, Options extends Table>(about: Described<Settings, Options>): Entry => ({
    details: "",
    arguments: [],
    ...about,
    run: async (given) => {
      const { flags, env } = given;
      const { options: optionTable, settings: table, rules } = about;
      // Options come from the command line alone.
      const own = Object.fromEntries(Object.keys(optionTable).map((key) => [key, flags[key]]));
      const options = resolve({ table: optionTable, flags: own, env: {} });
      return about.run(resolve({ table, others: all, rules, flags, env }), { ...given, options });
    },
  });
}
