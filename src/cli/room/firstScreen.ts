import { type ChatClient, type ChatError, type SignedIn, Status } from "../../client/index.ts";
import { CATALOGUES, languageOf } from "../catalogue/index.ts";
import { noServerHint } from "../commandLine/noServer.ts";
import { Exit, exitOf } from "../exit.ts";
import { optionsToFlags } from "../optionsToFlags.ts";
import { InputError } from "../terminal/inputError.ts";
import { FIRST_COMMANDS } from "../terminal/item.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { passwordPrompt, readFirstLine } from "./signInLine.ts";

/** Shows the first screen and signs the user in. Resolves with the session, or with the exit code if there is none. */
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
  // A person should learn that no server answers before they type a password.
  const unreached = terminal.isInteractive ? whyUnreached(client, terminal) : Promise.resolve(undefined);
  const line = await Promise.race([firstLine(terminal), unreached.then((error) => error ?? NEVER)]);
  if (line instanceof Error) return refused(terminal, line, server);
  if (line === undefined) return terminal.isInteractive ? Exit.FINE : wrongCommand(terminal, "No command came.");
  const first = readFirstLine(line);
  if (first.kind === "wrong") return wrongCommand(terminal, first.message);
  const error = await unreached;
  if (error !== undefined) return refused(terminal, error, server);
  const { creates: created, username } = first;
  const password = first.password ?? (await terminal.secret(passwordPrompt(username)));
  if (password === undefined) return terminal.isInteractive ? Exit.FINE : wrongCommand(terminal, "No password came.");
  try {
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

const NEVER = new Promise<never>(() => {});

async function firstLine(terminal: Terminal): Promise<string | undefined> {
  let line = await terminal.line();
  while (line?.trim() === "") line = await terminal.line();
  return line;
}

/** Why no Obrolan server answers. Undefined if one answers, also with an error: the sign-in reports its own errors. */
async function whyUnreached(client: ChatClient, terminal: Terminal): Promise<ChatError | undefined> {
  try {
    await client.isServing({ signal: terminal.interrupted });
    return undefined;
  } catch (error) {
    if (terminal.interrupted.aborted || exitOf(error) !== Exit.UNREACHED) return undefined;
    // A proxy may let only the calls of the chat service through; then the sign-in shows whether a server answers.
    const { code } = error as ChatError;
    return code === Status.UNIMPLEMENTED ? undefined : (error as ChatError);
  }
}

async function wrongCommand(terminal: Terminal, message: string): Promise<Exit> {
  await terminal.show({ kind: "error", message, usage: FIRST_COMMANDS, exitCode: Exit.USAGE });
  return Exit.USAGE;
}

async function refused(terminal: Terminal, error: unknown, server: string): Promise<Exit> {
  const exitCode = exitOf(error);
  const { message, reason, retryAfterMs } = error as ChatError;
  // The output of a script is in English.
  const { commandLine } = CATALOGUES[terminal.isInteractive ? languageOf(process.env) : "en"];
  const usage = noServerHint({ server, message }, commandLine);
  const about = { message: optionsToFlags(message), reason, retryAfterMs, usage, exitCode };
  await terminal.show({ kind: "error", ...about });
  return exitCode;
}
