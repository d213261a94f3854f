import type { Readable } from "node:stream";
import type { ChatClient } from "../../client/index.ts";
import type { SessionConfig } from "../config.ts";
import type { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";

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
 * code. The lines of `stdin` after the password can still be read from it.
 */
export async function openSession(
  _client: ChatClient,
  _config: SessionConfig,
  _stdio: Stdio,
  _stdin: Readable = process.stdin,
): Promise<OpenSession | Exit> {
  throw new Error("openSession is not written yet");
}
