import type { ServerConfig } from "../../server/config.ts";
import { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/stdio.ts";
import { storeSummary } from "./storeSummary.ts";

/** Backs up the server's store into a file. Resolves with the exit code. */
export async function runBackup(config: Pick<ServerConfig, "data">, file: string, stdio: Stdio): Promise<Exit> {
  // Loaded here alone: the client starts without the server's engines.
  const { backUp } = await import("../../server/engines/backup.ts");
  try {
    const holding = await backUp(config, file);
    await stdio.out.write(`${file} is whole, and holds ${storeSummary(holding)}.\n`);
    return Exit.FINE;
  } catch (error) {
    await stdio.complain(error instanceof Error ? error.message : String(error));
    return Exit.REFUSED;
  }
}
