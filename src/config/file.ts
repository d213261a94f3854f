import { decodeText } from "./decode.ts";
import { ConfigError } from "./errors.ts";
import { findJsonFault } from "./json.ts";
import { fileProblem, readSettingFile } from "./settingFile.ts";

const JSON_RULES =
  "JSON has double quotes around names and strings, a comma between entries but not after the last, and no comments.";

/**
 * Reads a file of settings: one JSON object. Throws a `ConfigError` with the problem and its position. No error repeats
 * the content of the file, because it may have a password in it.
 */
export function readConfigFile(path: string): Record<string, unknown> {
  const named = { setting: "--config", file: path };
  const decoded = decodeText(readSettingFile(named), path);
  if ("problem" in decoded) throw fileProblem(named, `${decoded.problem}.`);
  const value = parse(path, decoded.text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ConfigError([`--config: ${path} must contain one JSON object, such as {"burst": 20}.`]);
}

function parse(path: string, text: string): unknown {
  if (text.trim() === "") throw new ConfigError([`--config: ${path} is empty: write one JSON object, at least {}.`]);
  try {
    return JSON.parse(text);
  } catch {
    const { line, column } = findJsonFault(text) ?? { line: 1, column: 1 };
    throw new ConfigError([
      `--config: ${path} is not valid JSON from line ${line}, column ${column} on. ${JSON_RULES}`,
    ]);
  }
}
