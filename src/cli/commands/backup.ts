import type { ServerConfig } from "../../server/config.ts";
import { Exit } from "../exit.ts";
import { holdingIn } from "./holding.ts";

/** Backs up the server's store into a file. Resolves with the exit code. */
export async function runBackup(config: Pick<ServerConfig, "data">, file: string): Promise<Exit> {
  // Loaded here alone: the client starts without the server's engines.
  const { backUp } = await import("../../server/store.ts");
  try {
    const holding = await backUp(config, file);
    process.stdout.write(`${file} is whole, and holds ${holdingIn(holding)}.\n`);
    return Exit.FINE;
  } catch (error) {
    process.stderr.write(`obrolan: ${error instanceof Error ? error.message : error}\n`);
    return Exit.REFUSED;
  }
}
