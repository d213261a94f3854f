import type { ReachConfig } from "../config.ts";
import { Exit } from "../exit.ts";
import { inFlags } from "../inFlags.ts";
import type { Stdio } from "../terminal/stdio.ts";
import { reach } from "./reach.ts";

/** How long a server may take to say how it is, in milliseconds: whoever asks does so every few seconds. */
const TIMEOUT = 3_000;

/** Whether a server takes calls; with `liveness`, whether its process is up. Resolves with the exit code, a yes or a no. */
export async function askHealth(config: ReachConfig, liveness: boolean, stdio: Stdio): Promise<Exit> {
  const client = reach(config, TIMEOUT);
  try {
    if (await client.isServing({ liveness })) {
      await stdio.out.write(`${config.server} is serving.\n`);
      return Exit.FINE;
    }
    await stdio.complain(`${config.server} is up, and takes no calls at the moment.`);
  } catch (error) {
    await stdio.complain(inFlags((error as Error).message));
  } finally {
    client.close();
  }
  return Exit.REFUSED;
}
