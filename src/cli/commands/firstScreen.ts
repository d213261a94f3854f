import { type ChatClient, type ChatError, type SignedIn, Status } from "../../client/index.ts";
import { Exit, exitOf } from "../exit.ts";
import { inFlags } from "../inFlags.ts";
import { passwordPrompt, readFirstLine } from "../signInLine.ts";
import { InputError } from "../terminal/inputError.ts";
import { FIRST_COMMANDS } from "../terminal/item.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Asks who is there. Resolves with their session, or with the exit code where there will be none. */
export async function firstScreen(client: ChatClient, terminal: Terminal, server: string): Promise<SignedIn | Exit> {
  try {
    return await signIn(client, terminal, server);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { message, exitCode } = error;
    await terminal.show({ kind: "error", message, exitCode });
    return exitCode;
  }
}

async function signIn(client: ChatClient, terminal: Terminal, server: string): Promise<SignedIn | Exit> {
  await terminal.show({ kind: "start", server });
  // A person is told that there is no server before they type a password; a script has its password ready anyway.
  const away = terminal.person ? whyAway(client, terminal) : Promise.resolve(undefined);
  const line = await Promise.race([firstLine(terminal), away.then((error) => error ?? NEVER)]);
  if (line instanceof Error) return refused(terminal, line);
  if (line === undefined) return terminal.person ? Exit.FINE : wrongCommand(terminal, "No command came.");
  const first = readFirstLine(line);
  if (first.kind === "wrong") return wrongCommand(terminal, first.message);
  const error = await away;
  if (error !== undefined) return refused(terminal, error);
  const { creates: created, username } = first;
  const password = first.password ?? (await terminal.secret(passwordPrompt(username)));
  if (password === undefined) return terminal.person ? Exit.FINE : wrongCommand(terminal, "No password came.");
  try {
    const session = created
      ? await client.register(username, password, { signal: terminal.interrupted })
      : await client.login(username, password, { signal: terminal.interrupted });
    await terminal.show({ kind: "signedIn", username: session.username, expiresAt: session.expiresAt, created });
    return session;
  } catch (error) {
    if (terminal.interrupted.aborted) return Exit.FINE;
    return refused(terminal, error);
  }
}

const NEVER = new Promise<never>(() => {});

async function firstLine(terminal: Terminal): Promise<string | undefined> {
  let line = await terminal.line();
  while (line?.trim() === "") line = await terminal.line();
  return line;
}

/**
 * Why no server is there to sign in to; undefined if one is. Any answer of an Obrolan server will do: what it thinks of a sign-in it says
 * itself.
 */
async function whyAway(client: ChatClient, terminal: Terminal): Promise<ChatError | undefined> {
  try {
    await client.isServing({ signal: terminal.interrupted });
    return undefined;
  } catch (error) {
    if (terminal.interrupted.aborted || exitOf(error) !== Exit.UNREACHED) return undefined;
    // A proxy in front may let nothing through but the room's own calls: the sign-in will show.
    const { code } = error as ChatError;
    return code === Status.UNIMPLEMENTED ? undefined : (error as ChatError);
  }
}

async function wrongCommand(terminal: Terminal, message: string): Promise<Exit> {
  await terminal.show({ kind: "error", message, usage: FIRST_COMMANDS, exitCode: Exit.USAGE });
  return Exit.USAGE;
}

async function refused(terminal: Terminal, error: unknown): Promise<Exit> {
  const exitCode = exitOf(error);
  const { message, reason, retryAfterMs } = error as ChatError;
  await terminal.show({ kind: "error", message: inFlags(message), reason, retryAfterMs, exitCode });
  return exitCode;
}
