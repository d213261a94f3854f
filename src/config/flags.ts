import { type Command, Option } from "commander";
import { envOf, flagOf } from "./names.ts";
import { CONFIG } from "./resolve.ts";
import type { Setting, Table } from "./setting.ts";

/** Adds the flags of a table to a command, and `--config`. `resolve` checks their values. */
export function addFlags(command: Command, table: Table): Command {
  for (const [key, setting] of Object.entries(table)) {
    command.addOption(new Option(usage(key, setting), `${setting.summary} (${notes(key, setting)})`));
  }
  const about = `a JSON file of settings, such as {"${Object.keys(table)[0]}": …} (${envOf(CONFIG)})`;
  return command.addOption(new Option(`${flagOf(CONFIG)} <FILE>`, about));
}

function usage(key: string, { placeholder }: Setting<unknown>): string {
  return placeholder === undefined ? flagOf(key) : `${flagOf(key)} <${placeholder}>`;
}

function notes(key: string, setting: Setting<unknown>): string {
  const value = setting.default;
  return value === undefined || value === false ? envOf(key) : `default ${value}; ${envOf(key)}`;
}
