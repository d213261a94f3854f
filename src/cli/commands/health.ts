import type { ConnectionConfig } from "../config.ts";
import { Exit } from "../exit.ts";
import { openClient } from "../openClient.ts";
import { optionsToFlags } from "../optionsToFlags.ts";
import type { Stdio } from "../terminal/output.ts";

/** The limit for the answer. It is short because orchestrators ask every few seconds. */
const TIMEOUT_MS = 3_000;

/** Asks whether a server takes calls; with `liveness`, whether its process is up. Resolves with the exit code. */
export async function runHealth(config: ConnectionConfig, liveness: boolean, stdio: Stdio): Promise<Exit> {
  const client = openClient(config, TIMEOUT_MS);
  try {
    if (await client.isServing({ liveness })) {
      await stdio.stdout.write(`${config.server} is serving.\n`);
      return Exit.FINE;
    }
    await stdio.reportError(`${config.server} is up, but takes no calls at the moment.`);
  } catch (error) {
    await stdio.reportError(optionsToFlags((error as Error).message));
  } finally {
    client.close();
  }
  return Exit.REFUSED;
}
