import { envOf, flagOf } from "./names.ts";
import type { Setting, Table } from "./setting.ts";

/** Formats a table of settings as a Markdown table for the docs. */
export function toMarkdown(table: Table): string {
  const rows = Object.entries(table).map(([key, setting]) => row(key, setting));
  const heads = ["flag", "environment", "in a file", "default", "what it is", "what it may be"];
  return [tableRow(heads), tableRow(heads.map(() => "---")), ...rows].join("\n");
}

function row(key: string, setting: Setting<unknown>): string {
  const flag = setting.placeholder === undefined ? flagOf(key) : `${flagOf(key)} ${setting.placeholder}`;
  const value = setting.default === undefined ? "" : code(setting.default);
  return tableRow([code(flag), code(envOf(key)), code(key), value, setting.summary, setting.allowed]);
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function code(text: unknown): string {
  return `\`${text}\``;
}
