import { CATALOGUES, languageOf } from "../catalogue/index.ts";
import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { isEncrypted, openClient } from "../openClient.ts";
import { firstScreen } from "../room/firstScreen.ts";
import { MemoryPreferences } from "../room/preferences.ts";
import { stayInRoom } from "../room/stay.ts";
import { endSession } from "../session/endSession.ts";
import { problemSentence } from "../session/fileProblem.ts";
import { InputHistory } from "../session/inputHistory.ts";
import { KeptSessions } from "../session/keptSessions.ts";
import { PreferenceFiles } from "../session/preferenceFiles.ts";
import { openProfile } from "../session/profileFiles.ts";
import { readTokenFile } from "../session/readTokenFile.ts";
import type { Item } from "../terminal/item.ts";
import { openTerminal } from "../terminal/open.ts";
import type { Stdio } from "../terminal/output.ts";
import { withFirstLine } from "../terminal/withFirstLine.ts";

type Note = Extract<Item, { kind: "note" }>;

/** Runs the client from the first screen until its user leaves. Resolves with the exit code. */
export async function runChat(config: ClientConfig, stdio: Stdio): Promise<Exit> {
  const { server, tokenFile, profile, recent, json, plain, language = languageOf(process.env) } = config;
  const token = tokenFile === undefined ? undefined : readTokenFile(tokenFile);
  const client = openClient(config);
  const isPerson = process.stdin.isTTY === true;
  // What a script prints is the same everywhere.
  const words = CATALOGUES[isPerson ? language : "en"];
  const notes: Note[] = [];
  let report = (note: Note) => void notes.push(note);
  const files = openProfile(profile, (problem) => {
    report({ kind: "note", text: problemSentence(problem, words.session) });
  });
  const kept = new KeptSessions(files);
  const history = new InputHistory(files);
  const terminal = openTerminal(
    {
      json,
      plain,
      catalogue: words,
      history: isPerson ? await history.read() : [],
      remember: (line) => void history.add(line),
    },
    stdio,
  );
  report = (note) => void terminal.show(note);
  try {
    for (const note of notes) await terminal.show(note);
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
        preferences: isPerson ? await PreferenceFiles.open(files, server, words.session) : new MemoryPreferences(),
        forgetSession: () => kept.forget(config, session.token),
      });
    } finally {
      if (isTemporary) await endSession(client, session.token);
    }
  } finally {
    client.close();
    await terminal.close();
    await history.flush();
  }
}
