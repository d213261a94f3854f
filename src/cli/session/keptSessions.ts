import { type ProfileFiles, serverFileName } from "./profileFiles.ts";

/** A session that is kept for the next start. */
export interface KeptSession {
  readonly username: string;
  readonly token: string;
  readonly expiresAt: Date;
}

/** The connection that a session belongs to. */
export interface SessionPlace {
  /** `HOST:PORT`. */
  readonly server: string;
  readonly insecure: boolean;
}

/** The content of a file. */
interface StoredSession extends SessionPlace {
  readonly username: string;
  readonly token: string;
  readonly expiresAt: string;
}

function isStoredSession(value: unknown): value is StoredSession {
  const { server, insecure, username, token, expiresAt } = Object(value) as Record<string, unknown>;
  return (
    typeof server === "string" &&
    typeof insecure === "boolean" &&
    typeof username === "string" &&
    username !== "" &&
    typeof token === "string" &&
    // The characters that the metadata of a call can carry.
    /^[\u0021-\u007e]+$/.test(token) &&
    typeof expiresAt === "string" &&
    !Number.isNaN(Date.parse(expiresAt))
  );
}

/** The sessions of a profile, one for each server. Each is a file, so that programs that write at once lose none. */
export class KeptSessions {
  readonly #files: ProfileFiles;

  constructor(files: ProfileFiles) {
    this.#files = files;
  }

  /**
   * The session for a server. Undefined if there is none. A session that was made over TLS is not used with `--insecure`:
   * its token would travel in clear text.
   */
  async find({ server, insecure }: SessionPlace): Promise<KeptSession | undefined> {
    const kept = await this.#files.readJson(fileOf(server), isStoredSession);
    if (kept === undefined || (insecure && !kept.insecure)) return undefined;
    return { username: kept.username, token: kept.token, expiresAt: new Date(kept.expiresAt) };
  }

  /** Keeps a session in place of the one before. Resolves with whether it is kept. */
  keep({ server, insecure }: SessionPlace, { username, token, expiresAt }: KeptSession): Promise<boolean> {
    return this.#files.write(fileOf(server), `${JSON.stringify({ server, insecure, username, token, expiresAt })}\n`);
  }

  /** Forgets a session, unless another program has kept another one since. */
  async forget(place: SessionPlace, token: string): Promise<void> {
    const kept = await this.#files.readJson(fileOf(place.server), isStoredSession);
    if (kept?.token === token) await this.#files.remove(fileOf(place.server));
  }
}

function fileOf(server: string): string {
  return `sessions/${serverFileName(server)}.json`;
}
