import { connect } from "../../client/index.ts";
import type { ReachConfig } from "../config.ts";
import { Exit } from "../exit.ts";
import { connectOptions } from "./reach.ts";

/** How long a server may take to say how it is, in milliseconds: whoever asks does so every few seconds. */
const TIMEOUT = 3_000;

/** Whether a server takes calls; with `liveness`, whether its process is up. Resolves with the exit code, a yes or a no. */
export async function askHealth(config: ReachConfig, liveness: boolean): Promise<Exit> {
  const client = connect({ ...connectOptions(config), timeoutMs: TIMEOUT });
  try {
    if (await client.isServing({ liveness })) {
      process.stdout.write(`${config.server} is serving.\n`);
      return Exit.FINE;
    }
    process.stderr.write(`obrolan: ${config.server} is up, and takes no calls at the moment.\n`);
  } catch (error) {
    process.stderr.write(`obrolan: ${config.server}: ${(error as Error).message}\n`);
  } finally {
    client.close();
  }
  return Exit.REFUSED;
}
