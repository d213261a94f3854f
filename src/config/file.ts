import { readFileSync } from "node:fs";
import { ConfigError } from "./errors.ts";

/** Reads a file of settings: one JSON object. Throws a `ConfigError` that says what is wrong with it. */
export function readConfigFile(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError([`The configuration file ${path} cannot be read: ${(cause as Error).message}.`], { cause });
  }
  const value = parse(path, text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ConfigError([`The configuration file ${path} must be one JSON object, such as {"burst": 20}.`]);
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError([`The configuration file ${path} is not valid JSON: ${(cause as Error).message}.`], {
      cause,
    });
  }
}
