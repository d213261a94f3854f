import { CATALOGUES, languageOf } from "../catalogue/index.ts";
import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { isEncrypted, openClient } from "../openClient.ts";
import { firstScreen } from "../room/firstScreen.ts";
import { MemoryPreferences } from "../room/preferences.ts";
import { stayInRoom } from "../room/stay.ts";
import { endSession } from "../session/endSession.ts";
import { problemSentence } from "../session/fileProblem.ts";
import { KeptSessions } from "../session/keptSessions.ts";
import { PreferenceFiles } from "../session/preferenceFiles.ts";
import { openProfile } from "../session/profileFiles.ts";
import { readTokenFile } from "../session/readTokenFile.ts";
import { openTerminal } from "../terminal/open.ts";
import type { Stdio } from "../terminal/output.ts";
import { withFirstLine } from "../terminal/withFirstLine.ts";

/** Runs the client from the first screen until its user leaves. Resolves with the exit code. */
export async function runChat(config: ClientConfig, stdio: Stdio): Promise<Exit> {
  const { server, tokenFile, profile, recent, json, plain, language = languageOf(process.env) } = config;
  const token = tokenFile === undefined ? undefined : readTokenFile(tokenFile);
  const client = openClient(config);
  const terminal = openTerminal({ json, plain }, stdio);
  try {
    // What a script prints is the same everywhere.
    const words = CATALOGUES[terminal.isInteractive ? language : "en"];
    const files = openProfile(profile, (problem) => {
      void terminal.show({ kind: "note", text: problemSentence(problem, words.session) });
    });
    const kept = new KeptSessions(files);
    const entered = await firstScreen({ client, terminal, config, token, kept, words });
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
    await terminal.close();
  }
}
