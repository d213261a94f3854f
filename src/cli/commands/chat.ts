import { setImmediate } from "node:timers/promises";
import { keepHeapSmall } from "../../shared/heap.ts";
import { CATALOGUES, languageOf } from "../catalogue/index.ts";
import type { ClientConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import { openTerminal } from "../openTerminal.ts";
import { problemSentence } from "../session/fileProblem.ts";
import { InputHistory } from "../session/inputHistory.ts";
import { KeptSessions } from "../session/keptSessions.ts";
import { openProfile } from "../session/profileFiles.ts";
import { readTokenFile } from "../session/readTokenFile.ts";
import type { Item } from "../terminal/item.ts";
import type { Stdio } from "../terminal/output.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Runs the client from the first screen until its user leaves. Resolves with the exit code. */
export async function runChat(config: ClientConfig, stdio: Stdio): Promise<Exit> {
  keepHeapSmall();
  const { server, tokenFile, profile, json, plain, language = languageOf(process.env) } = config;
  const token = tokenFile === undefined ? undefined : readTokenFile(tokenFile);
  const isPerson = process.stdin.isTTY === true;
  // What a program reads is the same everywhere.
  const words = CATALOGUES[isPerson && !json ? language : "en"];
  const problems = new ProblemNotes();
  const files = openProfile(profile, (problem) => problems.add(problemSentence(problem, words.session)));
  const kept = new KeptSessions(files);
  const history = new InputHistory(files);
  const lines = isPerson ? await history.read() : [];
  const remember = (line: string) => void history.add(line);
  const terminal = await openTerminal({ json, plain, catalogue: words, history: lines, remember }, stdio);
  try {
    problems.showOn(terminal);
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
