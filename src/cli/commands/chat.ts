import { readFileSync } from "node:fs";
import { connect } from "../../client/index.ts";
import { ConfigError } from "../../config/index.ts";
import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { openTerminal } from "../terminal/open.ts";
import { firstScreen } from "./firstScreen.ts";
import { stayInRoom } from "./room.ts";

/** The client, from the first screen until its user leaves. Resolves with the exit code. */
export async function chat({ server, ca, insecure, json, recent }: ClientConfig): Promise<Exit> {
  const client = connect({
    address: server,
    ...(ca === undefined ? {} : { ca: readCa(ca) }),
    ...(insecure ? { insecure } : {}),
  });
  const terminal = openTerminal(json);
  try {
    const session = await firstScreen(client, terminal, server);
    return typeof session === "number" ? session : await stayInRoom({ client, session, terminal, recent });
  } finally {
    client.close();
    await terminal.close();
  }
}

function readCa(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError([`--ca: the file ${file} cannot be read: ${(cause as Error).message}.`], { cause });
  }
}
