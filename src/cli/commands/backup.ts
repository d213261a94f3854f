import type { ServerConfig } from "../../server/config.ts";
import { Exit } from "../exitCode.ts";
import type { Stdio } from "../terminal/output.ts";
import { storeSummary } from "./storeSummary.ts";

/** Backs up the server's store into a file. Resolves with the exit code. */
export async function runBackup(config: Pick<ServerConfig, "data">, file: string, stdio: Stdio): Promise<Exit> {
  // Imported here, so that the client starts without the server's engines.
  const { backUp } = await import("../../server/engines/backup.ts");
  try {
    const content = await backUp(config, file);
    await stdio.stdout.write(`${file} is complete, and holds ${storeSummary(content)}.\n`);
    return Exit.FINE;
  } catch (error) {
    await stdio.reportError(error instanceof Error ? error.message : String(error));
    return Exit.REFUSED;
  }
}
