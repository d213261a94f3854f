import { readFileSync } from "node:fs";

/** What a file has that a setting names. Throws an error for people where it cannot be read. */
export function readSettingFile(file: string, setting: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Error(`${setting}: ${file} cannot be read: ${cause instanceof Error ? cause.message : cause}.`, {
      cause,
    });
  }
}
