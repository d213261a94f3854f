import { ConfigError } from "../../config/index.ts";
import type { ServerConfig } from "../../server/config.ts";
import { currentRuntime } from "../../shared/runtime.ts";
import { Exit } from "../exitCode.ts";

export { serverRules, serverSettings, storeRules, storeSettings } from "../../server/config.ts";

/** Runs the server until it is told to stop. Resolves with the exit code. */
export async function runServer(config: ServerConfig): Promise<Exit> {
  // Imported here, so that the client starts without the server's engines.
  if (config.runtime === "bun" || currentRuntime().name === "bun") {
    const { checkBunVersion, continueOnBun } = await import("../../server/process/bun.ts");
    const { name, version } = currentRuntime();
    // On Windows this is the exit code of the same program on Bun; elsewhere it does not return.
    if (name === "node") return (await continueOnBun()) as Exit;
    if (config.runtime === "node") {
      throw new ConfigError([
        `This is Bun ${version}, and --runtime is node: start the program with Node, or give --runtime bun.`,
      ]);
    }
    checkBunVersion(version);
  }
  const { serve } = await import("../../server/main.ts");
  try {
    await serve(config);
    return Exit.FINE;
  } catch (error) {
    process.stderr.write(`obrolan: ${error instanceof Error ? error.message : error}\n`);
    return Exit.REFUSED;
  }
}
