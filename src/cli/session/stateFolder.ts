import { homedir } from "node:os";
import path from "node:path";

/**
 * The folder of the program's files about a person: kept sessions, preferences and the input history. It is
 * `$XDG_STATE_HOME/obrolan`, by default `~/.local/state/obrolan`; on Windows `%LOCALAPPDATA%\obrolan`.
 */
export function stateFolder(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (platform === "win32") {
    return path.win32.join(env.LOCALAPPDATA || path.win32.join(home, "AppData", "Local"), "obrolan");
  }
  const { XDG_STATE_HOME: state = "" } = env;
  // The XDG rules: a relative path is not valid, and is ignored.
  return path.posix.join(path.posix.isAbsolute(state) ? state : path.posix.join(home, ".local/state"), "obrolan");
}
