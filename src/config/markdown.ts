import { envOf, flagOf } from "./names.ts";
import type { Setting, Table } from "./setting.ts";

/** The table of settings as a Markdown table, for the docs. */
export function toMarkdown(table: Table): string {
  const rows = Object.entries(table).map(([key, setting]) => row(key, setting));
  return ["| flag | environment | in a file | default | what it is |", "| --- | --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

function row(key: string, setting: Setting<unknown>): string {
  const flag = setting.placeholder === undefined ? flagOf(key) : `${flagOf(key)} ${setting.placeholder}`;
  const value = setting.default === undefined ? "" : `\`${setting.default}\``;
  return `| \`${flag}\` | \`${envOf(key)}\` | \`${key}\` | ${value} | ${setting.summary}; ${setting.allowed} |`;
}
