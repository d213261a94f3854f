import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";

/** What `obrolan search` looks for. Values are as they were typed. */
export interface SearchOptions {
  readonly query: string;
  /** How many messages, a whole number. Default 20. */
  readonly limit?: string;
  /** Only messages that this user sent. Default: of all users. */
  readonly from?: string;
  /** Only the private messages with this user. Default: everything that is visible. */
  readonly with?: string;
  /** Only messages sent since then: a duration (10m, 2h, 3d) or an ISO time. Default: from the beginning. */
  readonly since?: string;
  /** Only messages sent before then: a duration or an ISO time. Default: up to now. */
  readonly until?: string;
}

/** Prints the newest messages that a search finds, the oldest first. Resolves with the exit code. */
export async function runSearch(_config: ClientConfig, _options: SearchOptions, _stdio: Stdio): Promise<Exit> {
  throw new Error("obrolan search is not written yet");
}
