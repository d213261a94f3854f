import { setImmediate } from "node:timers/promises";
import { CATALOGUES, languageOf } from "../catalogue/index.ts";
import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { problemSentence } from "../session/fileProblem.ts";
import { InputHistory } from "../session/inputHistory.ts";
import { KeptSessions } from "../session/keptSessions.ts";
import { openProfile } from "../session/profileFiles.ts";
import { readTokenFile } from "../session/readTokenFile.ts";
import type { Item } from "../terminal/item.ts";
import { openTerminal } from "../terminal/open.ts";
import type { Stdio } from "../terminal/output.ts";

type Note = Extract<Item, { kind: "note" }>;

/** Runs the client from the first screen until its user leaves. Resolves with the exit code. */
export async function runChat(config: ClientConfig, stdio: Stdio): Promise<Exit> {
  const { server, tokenFile, profile, json, plain, language = languageOf(process.env) } = config;
  const token = tokenFile === undefined ? undefined : readTokenFile(tokenFile);
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
  const terminal = await openTerminal(
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
    const isStarted = terminal.isInteractive && token === undefined && (await kept.find(config)) === undefined;
    if (isStarted) await terminal.show({ kind: "start", server });
    // The client library takes half of the time of a start. It is loaded while a person reads the first screen, which
    // the terminal draws in its next turn.
    await setImmediate();
    const { visitRoom } = await import("../room/visit.ts");
    return await visitRoom({ config, terminal, token, files, kept, words, isStarted });
  } finally {
    await terminal.close();
    await history.flush();
  }
}
