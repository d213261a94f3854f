import { randomBytes } from "node:crypto";
import { CATALOGUES, type Catalogue, languageOf } from "../catalogue/index.ts";
import type { ClientConfig } from "../config.ts";
import { DemoServer } from "../demo/demoServer.ts";
import { Exit } from "../exit.ts";
import { isEncrypted, openClient } from "../openClient.ts";
import { openTerminal } from "../openTerminal.ts";
import { programName } from "../programName.ts";
import { stayInRoom } from "../room/stay.ts";
import { MemoryPreferences } from "../session/preferences.ts";
import type { Stdio } from "../terminal/output.ts";
import type { Terminal } from "../terminal/terminal.ts";

const GUEST = "guest";

/** The settings of a demo. */
export type DemoConfig = Pick<ClientConfig, "plain" | "language">;

/**
 * Starts a server in a temporary folder, and enters its room as a new user. When the person leaves, the server ends and
 * everything is removed. It reads and keeps no session, preference or history of the person. Resolves with the exit code.
 */
export async function runDemo(config: DemoConfig, stdio: Stdio, env: NodeJS.ProcessEnv): Promise<Exit> {
  const { plain, language = languageOf(env) } = config;
  const catalogue = CATALOGUES[language];
  const words = catalogue.commandLine;
  const terminal = await openTerminal({ json: false, plain, catalogue }, stdio);
  let server: DemoServer | undefined;
  try {
    if (!terminal.isInteractive) {
      await stdio.reportError(words.demoNeedsTerminal);
      return Exit.USAGE;
    }
    await terminal.show({ kind: "note", text: words.demoStarts });
    server = await DemoServer.start(terminal.interrupted);
    return await visit(server, terminal, `${programName(env)} ${server.address}`, catalogue);
  } catch (error) {
    if (terminal.interrupted.aborted) return Exit.FINE;
    const why = error instanceof Error ? error.message : String(error);
    await terminal.show({ kind: "error", message: words.demoFailed(why), exitCode: Exit.REFUSED });
    return Exit.REFUSED;
  } finally {
    await terminal.close();
    if (server !== undefined) {
      await server.stop();
      await stdio.stdout.write(`${words.demoIsOver}\n`);
    }
  }
}

/** Stays in the room until the person leaves or the server ends. `join`: what a second person types in a shell. */
async function visit(server: DemoServer, terminal: Terminal, join: string, catalogue: Catalogue): Promise<Exit> {
  const words = catalogue.commandLine;
  const connection = { server: server.address, ca: undefined, insecure: false };
  const client = openClient(connection);
  let state: "visiting" | "left" | "crashed" = "visiting";
  void server.ended.then(async () => {
    if (state !== "visiting") return;
    state = "crashed";
    await terminal.show({ kind: "error", message: words.demoServerEnded, exitCode: Exit.REFUSED });
    client.close();
  });
  try {
    // Nobody signs in to this account again, so nobody needs its password.
    const password = randomBytes(24).toString("base64url");
    const session = await client.register(GUEST, password, { signal: terminal.interrupted });
    await terminal.show({ kind: "signedIn", username: session.username, expiresAt: session.expiresAt, created: true });
    await terminal.show({ kind: "note", text: words.demoJoin(join) });
    const code = await stayInRoom({
      client,
      session,
      terminal,
      recent: 0,
      server: connection.server,
      isEncrypted: isEncrypted(connection),
      words: catalogue,
      preferences: new MemoryPreferences(),
      forgetSession: async () => {},
    });
    return (state as string) === "crashed" ? Exit.REFUSED : code;
  } finally {
    state = "left";
    client.close();
  }
}
