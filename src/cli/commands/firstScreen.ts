import type { ChatClient, ChatError, SignedIn } from "../../client/index.ts";
import { Exit, exitOf } from "../exit.ts";
import { FIRST_COMMANDS } from "../terminal/item.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { splitAtSpace } from "./command.ts";

/** Asks who is there. Resolves with their session, or with the exit code where there will be none. */
export async function firstScreen(client: ChatClient, terminal: Terminal, server: string): Promise<SignedIn | Exit> {
  await terminal.show({ kind: "start", server });
  const line = await firstLine(terminal);
  if (line === undefined && terminal.person) return Exit.FINE;
  const [word, rest] = splitAtSpace(line ?? "");
  const [username, given] = splitAtSpace(rest);
  const command = word.toLowerCase();
  if ((command !== "regist" && command !== "login") || username === "") return wrongCommand(terminal, line);
  const password = given === "" ? await terminal.secret(`password for ${username}: `) : given;
  if (password === undefined) return Exit.FINE;
  try {
    const created = command === "regist";
    const session = created
      ? await client.register(username, password, { signal: terminal.interrupted })
      : await client.login(username, password, { signal: terminal.interrupted });
    await terminal.show({ kind: "signedIn", username: session.username, expiresAt: session.expiresAt, created });
    return session;
  } catch (error) {
    if (terminal.interrupted.aborted) return Exit.FINE;
    return refused(terminal, error, server);
  }
}

async function firstLine(terminal: Terminal): Promise<string | undefined> {
  let line = await terminal.line();
  while (line?.trim() === "") line = await terminal.line();
  return line;
}

async function wrongCommand(terminal: Terminal, line: string | undefined): Promise<Exit> {
  const message = line === undefined ? "No command came." : `"${line}" is not how to begin.`;
  await terminal.show({ kind: "error", message, usage: FIRST_COMMANDS, exitCode: Exit.USAGE });
  return Exit.USAGE;
}

async function refused(terminal: Terminal, error: unknown, server: string): Promise<Exit> {
  const exitCode = exitOf(error);
  const { message, reason, retryAfterMs } = error as ChatError;
  const hint = ` Is an Obrolan server running at ${server}? Name another one with --server.`;
  const sentence = exitCode === Exit.UNREACHED ? message + hint : message;
  await terminal.show({ kind: "error", message: sentence, reason, retryAfterMs, exitCode });
  return exitCode;
}
