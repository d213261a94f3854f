import type { Catalogue } from "../catalogue/index.ts";
import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { isEncrypted, openClient } from "../openClient.ts";
import { endSession } from "../session/endSession.ts";
import type { KeptSessions } from "../session/keptSessions.ts";
import { PreferenceFiles } from "../session/preferenceFiles.ts";
import { MemoryPreferences } from "../session/preferences.ts";
import type { ProfileFiles } from "../session/profileFiles.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { withFirstLine } from "../terminal/withFirstLine.ts";
import { firstScreen } from "./firstScreen.ts";
import { stayInRoom } from "./stay.ts";

/** What a visit of the room needs. */
export interface VisitOptions {
  readonly config: ClientConfig;
  readonly terminal: Terminal;
  /** The token of a token file. */
  readonly token: string | undefined;
  /** The files of the profile. */
  readonly files: ProfileFiles;
  readonly kept: KeptSessions;
  readonly words: Catalogue;
  /** Whether the first screen is shown already. */
  readonly isStarted: boolean;
}

/** Connects, signs the user in, and stays in the room until the user leaves. Resolves with the exit code. */
export async function visitRoom({ config, files, ...options }: VisitOptions): Promise<Exit> {
  const { terminal, kept, words } = options;
  const { server, recent } = config;
  const client = openClient(config);
  try {
    const entered = await firstScreen({ client, config, ...options });
    if (typeof entered === "number") return entered;
    const { session, isTemporary, firstLine } = entered;
    try {
      return await stayInRoom({
        client,
        session,
        terminal: firstLine === undefined ? terminal : withFirstLine(terminal, firstLine),
        recent,
        server,
        isEncrypted: isEncrypted(config),
        words,
        preferences: terminal.isInteractive
          ? await PreferenceFiles.open(files, server, words.session)
          : new MemoryPreferences(),
        forgetSession: () => kept.forget(config, session.token),
      });
    } finally {
      if (isTemporary) await endSession(client, session.token);
    }
  } finally {
    client.close();
  }
}
