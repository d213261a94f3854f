import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { openTerminal } from "../terminal/open.ts";
import type { Stdio } from "../terminal/stdio.ts";
import { firstScreen } from "./firstScreen.ts";
import { reach } from "./reach.ts";
import { stayInRoom } from "./room.ts";

/** The client, from the first screen until its user leaves. Resolves with the exit code. */
export async function chat({ json, recent, ...config }: ClientConfig, stdio: Stdio): Promise<Exit> {
  const client = reach(config);
  const terminal = openTerminal(json, stdio);
  try {
    const session = await firstScreen(client, terminal, config.server);
    return typeof session === "number" ? session : await stayInRoom({ client, session, terminal, recent });
  } finally {
    client.close();
    await terminal.close();
  }
}
