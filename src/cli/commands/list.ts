import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";

/** `obrolan list` has no options. */
export type ListOptions = Readonly<Record<never, never>>;

/** Prints who is online. Resolves with the exit code. */
export async function runList(_config: ClientConfig, _options: ListOptions, _stdio: Stdio): Promise<Exit> {
  throw new Error("obrolan list is not written yet");
}
