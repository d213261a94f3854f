import { CATALOGUES, languageOf } from "../catalogue/index.ts";
import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { isEncrypted, openClient } from "../openClient.ts";
import { firstScreen } from "../room/firstScreen.ts";
import { MemoryPreferences } from "../room/preferences.ts";
import { stayInRoom } from "../room/stay.ts";
import { openTerminal } from "../terminal/open.ts";
import type { Stdio } from "../terminal/output.ts";

/** Runs the client from the first screen until its user leaves. Resolves with the exit code. */
export async function runChat({ json, recent, ...config }: ClientConfig, stdio: Stdio): Promise<Exit> {
  const client = openClient(config);
  const terminal = openTerminal(json, stdio);
  const { server } = config;
  try {
    const session = await firstScreen(client, terminal, server);
    if (typeof session === "number") return session;
    return await stayInRoom({
      client,
      session,
      terminal,
      recent,
      server,
      isEncrypted: isEncrypted(config),
      words: CATALOGUES[languageOf(process.env)],
      preferences: new MemoryPreferences(),
      forgetSession: async () => {},
    });
  } finally {
    client.close();
    await terminal.close();
  }
}
