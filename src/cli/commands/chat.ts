import { CATALOGUES, type Catalogue, languageOf } from "../catalogue/index.ts";
import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { isEncrypted, openClient } from "../openClient.ts";
import { firstScreen } from "../room/firstScreen.ts";
import { MemoryPreferences } from "../room/preferences.ts";
import type { Entered } from "../room/signIn.ts";
import { stayInRoom } from "../room/stay.ts";
import { endSession } from "../session/endSession.ts";
import { problemSentence } from "../session/fileProblem.ts";
import { InputHistory } from "../session/inputHistory.ts";
import { KeptSessions } from "../session/keptSessions.ts";
import { PreferenceFiles } from "../session/preferenceFiles.ts";
import { openProfile, type ProfileFiles } from "../session/profileFiles.ts";
import { readTokenFile } from "../session/readTokenFile.ts";
import type { Item } from "../terminal/item.ts";
import { openTerminal } from "../terminal/open.ts";
import type { Stdio } from "../terminal/output.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { withFirstLine } from "../terminal/withFirstLine.ts";

/** Runs the client from the first screen until its user leaves. Resolves with the exit code. */
export async function runChat(config: ClientConfig, stdio: Stdio): Promise<Exit> {
  const { tokenFile, profile, json, plain, language = languageOf(process.env) } = config;
  const token = tokenFile === undefined ? undefined : readTokenFile(tokenFile);
  const client = openClient(config);
  const isPerson = process.stdin.isTTY === true;
  // What a script prints is the same everywhere.
  const words = CATALOGUES[isPerson ? language : "en"];
  const problems = new ProblemNotes();
  const files = openProfile(profile, (problem) => problems.add(problemSentence(problem, words.session)));
  const history = new InputHistory(files);
  const lines = isPerson ? await history.read() : [];
  const remember = (line: string) => void history.add(line);
  const terminal = openTerminal({ json, plain, catalogue: words, history: lines, remember }, stdio);
  try {
    problems.showOn(terminal);
    const kept = new KeptSessions(files);
    const entered = await firstScreen({ client, terminal, config, token, kept, words });
    if (typeof entered === "number") return entered;
    return await stay({ client, terminal, config, files, kept, words }, entered);
  } finally {
    client.close();
    await terminal.close();
    await history.flush();
  }
}

interface Visit {
  readonly client: ReturnType<typeof openClient>;
  readonly terminal: Terminal;
  readonly config: ClientConfig;
  readonly files: ProfileFiles;
  readonly kept: KeptSessions;
  readonly words: Catalogue;
}

async function stay(visit: Visit, { session, isTemporary, firstLine }: Entered): Promise<Exit> {
  const { client, terminal, config, files, kept, words } = visit;
  const { server, recent } = config;
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
}

/** Problems of files. Those that come before the terminal is open wait for it. */
class ProblemNotes {
  #terminal: Terminal | undefined;
  readonly #waiting: Item[] = [];

  add(text: string): void {
    const note: Item = { kind: "note", text };
    if (this.#terminal === undefined) this.#waiting.push(note);
    else void this.#terminal.show(note);
  }

  showOn(terminal: Terminal): void {
    this.#terminal = terminal;
    for (const note of this.#waiting.splice(0)) void terminal.show(note);
  }
}
