import type { ServerConfig } from "../../server/config.ts";
import { Exit } from "../exitCode.ts";
import type { Stdio } from "../terminal/output.ts";
import { storeSummary } from "./storeSummary.ts";

/** Restores the server's store from a backup. Resolves with the exit code. */
export async function runRestore(config: Pick<ServerConfig, "data">, file: string, stdio: Stdio): Promise<Exit> {
  // Imported here, so that the client starts without the server's engines.
  const { restore } = await import("../../server/engines/backup.ts");
  try {
    const { before, sessions, ...content } = await restore(config, file);
    await stdio.stdout.write(`The store is restored, and holds ${storeSummary(content)}.\n`);
    await stdio.stdout.write(`Sessions that go on: ${sessions}; users of other sessions sign in again.\n`);
    if (before !== undefined) await stdio.stdout.write(`The store that was there is kept: ${before}\n`);
    return Exit.FINE;
  } catch (error) {
    await stdio.reportError(error instanceof Error ? error.message : String(error));
    return Exit.REFUSED;
  }
}
