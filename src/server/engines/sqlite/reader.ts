import type { DatabaseSync } from "node:sqlite";
import type { Account } from "../../accounts/ports/accountStore.ts";
import type { Session } from "../../accounts/ports/sessionStore.ts";
import type { KnownMessage, LogState } from "../../log/ports/logStore.ts";
import type { Online } from "../../presence/ports/roster.ts";
import { type Guard, UNGUARDED } from "./files/custody.ts";
import { readClockMark, readState } from "./meta.ts";
import { MESSAGE_COLUMNS } from "./rows.ts";

/** The methods of the reader's worker. In WAL mode its connection and the writer's never wait for each other. */
export class StoreReader {
  readonly #db: DatabaseSync;
  readonly #guard: Guard;
  readonly #statements;

  constructor(db: DatabaseSync, guard: Guard = UNGUARDED) {
    this.#db = db;
    this.#guard = guard;
    this.#statements = {
      read: db.prepare(
        `SELECT json_group_array(json_array(${MESSAGE_COLUMNS})) AS rows FROM messages WHERE id BETWEEN ? AND ?`,
      ),
      recent: db.prepare(`
        SELECT min(id) AS first FROM (
          SELECT id FROM (SELECT id FROM messages WHERE recipient_id IS NULL ORDER BY id DESC LIMIT ?2)
          UNION SELECT id FROM (
            SELECT id FROM messages WHERE sender_id = ?1 AND recipient_id IS NOT NULL ORDER BY id DESC LIMIT ?2)
          UNION SELECT id FROM (
            SELECT id FROM messages WHERE recipient_id = ?1 AND recipient_id IS NOT NULL ORDER BY id DESC LIMIT ?2)
          ORDER BY id DESC LIMIT ?2)`),
      find: db.prepare(`
        SELECT m.id, m.sent_at AS sentAt, coalesce(r.username, '') AS recipient, m.text
        FROM messages m LEFT JOIN accounts r ON r.id = m.recipient_id
        WHERE m.sender_id = ? AND m.request_id = ? AND m.request_id <> ''`),
      usernames: db.prepare(
        "SELECT a.id, a.username FROM json_each(?) AS wanted CROSS JOIN accounts a ON a.id = wanted.value",
      ),
      account: db.prepare(
        "SELECT id, username, password_hash AS passwordHash FROM accounts WHERE username = ? AND deleted_at IS NULL",
      ),
      session: db.prepare(`
        SELECT s.id, s.account_id AS accountId, a.username, s.expires_at AS expiresAt, s.last_used_at AS lastUsedAt
        FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.token_hash = ? AND a.deleted_at IS NULL`),
      ended: db.prepare("SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM sessions)"),
    };
  }

  /** Throws `StoreLost`. The node calls this twice a second, so an idle server notices a loss too. */
  state(): LogState {
    this.#guard.checkFiles();
    this.#guard.checkOwner();
    return readState(this.#db);
  }

  /** The messages from id `from` to id `to`, both included, as JSON for `parseMessageRows`. */
  read(from: number, to: number): string {
    return this.#statements.read.get(from, to)?.rows as string;
  }

  /** The usernames of accounts, deleted accounts included. */
  usernames(accountIds: readonly number[]): [id: number, username: string][] {
    return this.#statements.usernames
      .all(JSON.stringify(accountIds))
      .map(({ id, username }) => [id as number, username as string]);
  }

  recent(accountId: number, count: number): number {
    return (this.#statements.recent.get(accountId, count) as { first: number | null }).first ?? 0;
  }

  find(senderId: number, requestId: string): KnownMessage | undefined {
    return this.#statements.find.get(senderId, requestId) as KnownMessage | undefined;
  }

  findAccount(username: string): Account | undefined {
    return this.#statements.account.get(username) as Account | undefined;
  }

  endedSessions(sessionIds: readonly number[]): number[] {
    return this.#statements.ended.all(JSON.stringify(sessionIds)).map((row) => row.value as number);
  }

  /** The users of the saved list. Accounts that are deleted or have no session are left out. */
  online(): Online[] {
    return this.#db
      .prepare(
        `SELECT o.account_id AS accountId, a.username, o.since FROM online o JOIN accounts a ON a.id = o.account_id
         WHERE a.deleted_at IS NULL AND EXISTS (SELECT 1 FROM sessions s WHERE s.account_id = o.account_id)`,
      )
      .all() as unknown as Online[];
  }

  clockMark(): number | undefined {
    return readClockMark(this.#db);
  }

  findSession(tokenHash: Uint8Array): Session | undefined {
    return this.#statements.session.get(tokenHash) as Session | undefined;
  }
}
