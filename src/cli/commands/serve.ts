import type { ServerConfig } from "../../server/config.ts";
import { Exit } from "../exit.ts";

export { serverRules, serverSettings, storeRules, storeSettings } from "../../server/config.ts";

/** Runs the server until it is told to stop. Resolves with the exit code. */
export async function runServer(config: ServerConfig): Promise<Exit> {
  // Imported here, so that the client starts without the server's engines.
  const { serve } = await import("../../server/main.ts");
  try {
    await serve(config);
    return Exit.FINE;
  } catch (error) {
    process.stderr.write(`obrolan: ${error instanceof Error ? error.message : error}\n`);
    return Exit.REFUSED;
  }
}
