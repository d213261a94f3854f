import type { ChatClient, ChatError, SignedIn } from "../../client/index.ts";
import type { Catalogue } from "../catalogue/index.ts";
import type { SessionConfig } from "../config.ts";
import { Exit, exitOf } from "../exit.ts";
import { optionsToFlags } from "../optionsToFlags.ts";
import type { KeptSessions } from "../session/keptSessions.ts";
import { nameOfToken } from "../session/nameOfToken.ts";
import type { SessionOfUser } from "../session/openSession.ts";
import { FIRST_COMMANDS, type Item } from "../terminal/item.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { noServerHint } from "./noServer.ts";

/** What signing in needs. */
export interface SignInOptions {
  readonly client: ChatClient;
  readonly terminal: Terminal;
  readonly config: SessionConfig;
  /** The token of a token file. It replaces a sign-in. */
  readonly token: string | undefined;
  readonly kept: KeptSessions;
  readonly words: Catalogue;
  /** Whether the first screen is shown already. Default: not yet. */
  readonly isStarted?: boolean;
}

/** A user with a session. */
export interface Entered {
  readonly session: SessionOfUser;
  /** Whether the session ends with the program. */
  readonly isTemporary: boolean;
  /** The first line of a script that begins with a command of the room. */
  readonly firstLine?: string;
}

/** Who signs in. */
export interface Account {
  /** Whether the account is to be made. */
  readonly creates: boolean;
  readonly username: string;
}

/** Signs in, and shows that. Throws a `ChatError`. */
export async function signIn(
  { client, terminal }: SignInOptions,
  { creates: created, username }: Account,
  password: string,
): Promise<SignedIn> {
  const settings = { signal: terminal.interrupted };
  const session = created
    ? await client.register(username, password, settings)
    : await client.login(username, password, settings);
  await terminal.show({ kind: "signedIn", username: session.username, expiresAt: session.expiresAt, created });
  return session;
}

/** Enters with a token. Resolves with the exit code if the server does not accept it. */
export async function enterWithToken(options: SignInOptions, token: string): Promise<Entered | Exit> {
  const { client, terminal } = options;
  try {
    const username = await nameOfToken(client, token, terminal.interrupted);
    await terminal.show({ kind: "signedIn", username, created: false, kept: true });
    return { session: { token, username }, isTemporary: false };
  } catch (error) {
    return endRefused(options, error);
  }
}

/** The next line that is not blank. Undefined after the last one. */
export async function nextLine(terminal: Terminal): Promise<string | undefined> {
  let line = await terminal.line();
  while (line?.trim() === "") line = await terminal.line();
  return line;
}

/** Ends the program after a wrong first line. Resolves with the exit code. */
export async function endWrong({ terminal }: SignInOptions, message: string): Promise<Exit> {
  await terminal.show({ kind: "error", message, usage: FIRST_COMMANDS, exitCode: Exit.USAGE });
  return Exit.USAGE;
}

/** Ends the program after a failed call. Resolves with the exit code. */
export async function endRefused({ terminal, config, words }: SignInOptions, error: unknown): Promise<Exit> {
  if (terminal.interrupted.aborted) return Exit.FINE;
  const exitCode = exitOf(error);
  const item = refusal(error);
  const usage = noServerHint({ server: config.server, message: item.message }, words.commandLine);
  await terminal.show({ ...item, usage, exitCode });
  return exitCode;
}

/** A failed call as an item. */
export function refusal(error: unknown): Extract<Item, { kind: "error" }> {
  const { message, reason, retryAfterMs } = error as ChatError;
  return { kind: "error", message: optionsToFlags(message), reason, retryAfterMs };
}
