import type { Readable } from "node:stream";
import type { ChatClient } from "../../client/index.ts";
import { CATALOGUES } from "../catalogue/index.ts";
import type { SessionConfig } from "../config.ts";
import { Exit, exitOf } from "../exit.ts";
import { optionsToFlags } from "../optionsToFlags.ts";
import { InputError } from "../terminal/inputError.ts";
import type { Stdio } from "../terminal/output.ts";
import { endSession } from "./endSession.ts";
import { problemSentence } from "./fileProblem.ts";
import { KeptSessions } from "./keptSessions.ts";
import { DEFAULT_PROFILE, openProfile } from "./profileFiles.ts";
import { readPassword } from "./readPassword.ts";
import { readTokenFile } from "./readTokenFile.ts";

/** A session of a subcommand. */
export interface OpenSession {
  readonly session: SessionOfUser;
  /**
   * Ends the session if `openSession` has signed in; a kept session and that of a token file go on. It takes a short time
   * at most, and never fails.
   */
  end(): Promise<void>;
}

/** The part of a session that a subcommand needs. */
export interface SessionOfUser {
  readonly token: string;
  /** Empty for a token file: the room's `connected` event has the name. */
  readonly username: string;
}

/**
 * Opens a session without asking: that of `tokenFile`; or one for `user` with the password in the first line of `stdin`;
 * or the kept session of the profile for this server. Otherwise reports why there is none, and resolves with the exit
 * code. The lines of `stdin` after the password can still be read from it. Throws a `ConfigError` for a token file that
 * cannot be used.
 */
export async function openSession(
  client: ChatClient,
  config: SessionConfig,
  stdio: Stdio,
  stdin: Readable = process.stdin,
): Promise<OpenSession | Exit> {
  const { tokenFile, user, passwordStdin } = config;
  if (tokenFile !== undefined) return lasting({ token: readTokenFile(tokenFile), username: "" });
  if (user !== undefined && passwordStdin) return logIn(client, user, stdio, stdin);
  const session = await findKept(config, stdio);
  if (session !== undefined) return lasting(session);
  await stdio.reportError(noSession(config));
  return Exit.USAGE;
}

function lasting(session: SessionOfUser): OpenSession {
  return { session, end: async () => {} };
}

async function logIn(client: ChatClient, user: string, stdio: Stdio, stdin: Readable): Promise<OpenSession | Exit> {
  if ((stdin as Partial<NodeJS.ReadStream>).isTTY) {
    await stdio.reportError(
      "--password-stdin reads from a pipe or a file, because a terminal would show the password.",
    );
    return Exit.USAGE;
  }
  try {
    const password = await readPassword(stdin);
    if (password === undefined) {
      await stdio.reportError("The first line of standard input is not a password in UTF-8.");
      return Exit.USAGE;
    }
    const session = await client.login(user, password);
    return { session, end: () => endSession(client, session.token) };
  } catch (error) {
    const code = error instanceof InputError ? error.exitCode : exitOf(error);
    await stdio.reportError(optionsToFlags((error as Error).message));
    return code;
  }
}

async function findKept(config: SessionConfig, stdio: Stdio): Promise<SessionOfUser | undefined> {
  const sentences: string[] = [];
  const files = openProfile(config.profile, (problem) => {
    sentences.push(`${problemSentence(problem, CATALOGUES.en.session)}.`);
  });
  const kept = await new KeptSessions(files).find(config);
  await stdio.reportError(...sentences);
  return config.user === undefined || kept?.username === config.user.toLowerCase() ? kept : undefined;
}

function noSession({ server, user, profile = DEFAULT_PROFILE }: SessionConfig): string {
  const whose = user === undefined ? "" : ` of ${user}`;
  return [
    `No session${whose} for ${server} is kept in the profile ${profile}.`,
    "Start obrolan and sign in once; or give --user NAME with --password-stdin; or give --token-file FILE.",
  ].join(" ");
}
