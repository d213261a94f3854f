import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";

/** What `obrolan wait` waits for. Values are as they were typed. */
export interface WaitOptions {
  /** A regular expression that the text of the message matches. */
  readonly for: string;
  /** How long to wait at most: a duration (30s, 10m, 2h). Default: without end. */
  readonly timeout?: string;
  /** Only a message that this user sent. Default: of any user. */
  readonly from?: string;
  /** Also an earlier message, as in `TailOptions`. Default: only a message that comes from now on. */
  readonly since?: string;
}

/** Waits for a message, and prints it. Resolves with the exit code. */
export async function runWait(_config: ClientConfig, _options: WaitOptions, _stdio: Stdio): Promise<Exit> {
  throw new Error("obrolan wait is not written yet");
}
