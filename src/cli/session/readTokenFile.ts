import { statSync } from "node:fs";
import { ConfigError, fileProblem, readSettingFile } from "../../config/index.ts";

const SETTING = "--token-file";
/** The bits of a mode that allow users outside the file's group something. */
const WORLD = 0o007;

/** Reads the token in a file. Throws a `ConfigError`, which never repeats the content of the file. */
export function readTokenFile(file: string): string {
  const named = { setting: SETTING, file };
  if (isOpenToWorld(file)) {
    throw new ConfigError([`${SETTING}: any user of this machine may open ${file}. Run: chmod 600 ${file}`]);
  }
  const token = readSettingFile(named).toString("latin1").trim();
  if (/^[\u0021-\u007e]{1,4096}$/.test(token)) return token;
  throw fileProblem(named, "must contain the token of a session and nothing else.");
}

function isOpenToWorld(file: string): boolean {
  if (process.platform === "win32") return false;
  try {
    const stats = statSync(file);
    // `readSettingFile` refuses a folder, and says why a file cannot be read.
    return !stats.isDirectory() && (stats.mode & WORLD) !== 0;
  } catch {
    return false;
  }
}
