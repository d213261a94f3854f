import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { openClient } from "../openClient.ts";
import { firstScreen } from "../room/firstScreen.ts";
import { stayInRoom } from "../room/stay.ts";
import { openTerminal } from "../terminal/open.ts";
import type { Stdio } from "../terminal/output.ts";

/** Runs the client from the first screen until its user leaves. Resolves with the exit code. */
export async function runChat({ json, recent, ...config }: ClientConfig, stdio: Stdio): Promise<Exit> {
  const client = openClient(config);
  const terminal = openTerminal(json, stdio);
  try {
    const session = await firstScreen(client, terminal, config.server);
    return typeof session === "number" ? session : await stayInRoom({ client, session, terminal, recent });
  } finally {
    client.close();
    await terminal.close();
  }
}
