import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";

/** Which messages `obrolan history` prints. Values are as they were typed. */
export interface HistoryOptions {
  /** Only the private messages with this user. Default: everything that is visible. */
  readonly peer?: string;
  /** The id of the message before which to end. Default: end with the newest message. */
  readonly before?: string;
  /** How many messages, a whole number. Default 50. */
  readonly limit?: string;
}

/** Prints earlier messages, the oldest first. Resolves with the exit code. */
export async function runHistory(_config: ClientConfig, _options: HistoryOptions, _stdio: Stdio): Promise<Exit> {
  throw new Error("obrolan history is not written yet");
}
