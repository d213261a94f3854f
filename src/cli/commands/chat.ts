import { connect } from "../../client/index.ts";
import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { openTerminal } from "../terminal/open.ts";
import { firstScreen } from "./firstScreen.ts";
import { connectOptions } from "./reach.ts";
import { stayInRoom } from "./room.ts";

/** The client, from the first screen until its user leaves. Resolves with the exit code. */
export async function chat({ json, recent, ...config }: ClientConfig): Promise<Exit> {
  const client = connect(connectOptions(config));
  const terminal = openTerminal(json);
  try {
    const session = await firstScreen(client, terminal, config.server);
    return typeof session === "number" ? session : await stayInRoom({ client, session, terminal, recent });
  } finally {
    client.close();
    await terminal.close();
  }
}
