import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";

/** Where `obrolan tail` begins. Values are as they were typed. */
export interface TailOptions {
  /** The id of the last message that is not wanted; or a duration (10m, 2h, 3d); or an ISO time. Default: now. */
  readonly since?: string;
}

/** Prints messages as they come, until a signal or the end of the reader. Resolves with the exit code. */
export async function runTail(_config: ClientConfig, _options: TailOptions, _stdio: Stdio): Promise<Exit> {
  throw new Error("obrolan tail is not written yet");
}
