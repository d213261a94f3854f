import type { Session, SessionStore } from "../../accounts/ports/sessionStore.ts";
import type { Connections } from "./connections.ts";
import type { LogPools } from "./log.ts";
import { toNumbers } from "./session.ts";

/** How many sessions `purge` deletes in one commit at most. */
const MAX_PURGED = 1_000;

export const OPEN = {
  name: "open-session",
  text: `
    INSERT INTO sessions (token_hash, account_id, created_at, expires_at, last_used_at) VALUES ($1, $2, $3, $4, $3)
    RETURNING id, (SELECT username FROM accounts WHERE id = account_id)`,
};
export const FIND = {
  name: "find-session",
  text: `
    SELECT s.id, s.account_id, a.username, s.expires_at, s.last_used_at
    FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.token_hash = $1 AND a.deleted_at IS NULL`,
};
// Every statement that locks several sessions locks them in the order of their ids, so that nodes do not deadlock.
export const TOUCH = {
  name: "touch-sessions",
  text: `
    WITH used AS (SELECT id FROM sessions WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE)
    UPDATE sessions s SET last_used_at = greatest(s.last_used_at, $2) FROM used WHERE s.id = used.id`,
};
export const END = { name: "end-sessions", text: "SELECT end_sessions($1, $2)" };
export const ENDED = {
  name: "ended-sessions",
  text: `
    SELECT asked.id FROM unnest($1::bigint[]) asked (id)
    LEFT JOIN LATERAL (SELECT id FROM sessions WHERE id = asked.id LIMIT 1) s ON true WHERE s.id IS NULL`,
};
// Skips sessions that another node is purging.
export const PURGE = {
  name: "sweep-sessions",
  text: `
    DELETE FROM sessions WHERE id = ANY (ARRAY(
      SELECT id FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2
      ORDER BY id LIMIT ${MAX_PURGED} FOR UPDATE SKIP LOCKED
    )) RETURNING 1`,
};

export const CAP = {
  name: "cap-sessions",
  text: `
    WITH ahead AS (
      SELECT id FROM sessions WHERE last_used_at > $1 OR expires_at > $2 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE sessions s SET last_used_at = least(s.last_used_at, $1), expires_at = least(s.expires_at, $2)
    FROM ahead WHERE s.id = ahead.id`,
};

type SessionRow = [id: number, accountId: number, username: string, expiresAt: number, lastUsedAt: number];

/** The sessions in a PostgreSQL database. */
export class PostgresSessions implements SessionStore {
  readonly #write: Connections;
  readonly #read: Connections;

  constructor({ write, read }: Pick<LogPools, "write" | "read">) {
    this.#write = write;
    this.#read = read;
  }

  async open(session: { tokenHash: Uint8Array; accountId: number; at: number; expiresAt: number }): Promise<Session> {
    const { tokenHash, accountId, at, expiresAt } = session;
    const [row] = await this.#write.change<[id: number, username: string]>(OPEN, [tokenHash, accountId, at, expiresAt]);
    const [id, username] = row as NonNullable<typeof row>;
    return { id, accountId, username, expiresAt, lastUsedAt: at };
  }

  async find(tokenHash: Uint8Array): Promise<Session | undefined> {
    const [row] = await this.#read.read<SessionRow>(FIND, [tokenHash]);
    return row && { id: row[0], accountId: row[1], username: row[2], expiresAt: row[3], lastUsedAt: row[4] };
  }

  async touch(sessionIds: readonly number[], at: number): Promise<void> {
    await this.#write.change(TOUCH, [toNumbers(sessionIds), at]);
  }

  async end(sessionId: number, everywhere: boolean): Promise<number[]> {
    return (await this.#write.change<[id: number]>(END, [sessionId, everywhere])).map(([id]) => id);
  }

  async ended(sessionIds: readonly number[]): Promise<number[]> {
    return (await this.#read.read<[id: number]>(ENDED, [toNumbers(sessionIds)])).map(([id]) => id);
  }

  async cap(lastUsedAt: number, expiresAt: number): Promise<void> {
    await this.#write.change(CAP, [lastUsedAt, expiresAt]);
  }

  async purge(expiredBefore: number, unusedSince: number): Promise<void> {
    for (let purged = MAX_PURGED; purged === MAX_PURGED; ) {
      purged = (await this.#write.change(PURGE, [expiredBefore, unusedSince])).length;
    }
  }
}
