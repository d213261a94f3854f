import type { DatabaseSync } from "node:sqlite";
import type { Account } from "../../room/ports/accounts.ts";
import type { Session } from "../../room/ports/sessions.ts";
import type { AppendedRow, DraftRow } from "./draftRow.ts";
import { failureOf } from "./failures.ts";
import { readLastSentAt, readState } from "./state.ts";

/** What the writing thread does, on a connection of its own. Each call is one commit. */
export class Writing {
  readonly #db: DatabaseSync;
  readonly #statements;
  #headId: number;
  #lastSentAt: number;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#headId = readState(db).headId;
    this.#lastSentAt = readLastSentAt(db);
    this.#statements = {
      session: db.prepare("SELECT 1 FROM sessions WHERE id = ?"),
      known: db.prepare(
        "SELECT id, recipient_id, text, sent_at FROM messages WHERE sender_id = ? AND request_id = ? AND request_id <> ''",
      ),
      append: db.prepare(
        "INSERT INTO messages (id, sender_id, recipient_id, request_id, text, sent_at) VALUES (?, ?, ?, ?, ?, ?)",
      ),
    };
  }

  append(batch: readonly DraftRow[]): AppendedRow[] {
    const before = { headId: this.#headId, lastSentAt: this.#lastSentAt };
    try {
      return this.#commit(() => {
        const alive = new Map<number, boolean>();
        return batch.map((draft) => this.#appendOne(draft, alive));
      });
    } catch (error) {
      this.#headId = before.headId;
      this.#lastSentAt = before.lastSentAt;
      throw error;
    }
  }

  forget(before: number): void {
    const upTo = Math.min(before - 1, this.#headId);
    if (upTo < 1) return;
    this.#commit(() => {
      this.#db.prepare("DELETE FROM messages WHERE id <= ?").run(upTo);
      this.#db
        .prepare(
          "INSERT INTO meta (name, value) VALUES ('last_sent_at', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .run(String(this.#lastSentAt));
      this.#db
        .prepare(
          "INSERT INTO meta (name, value) VALUES ('forgotten_to', ?1) ON CONFLICT (name) DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(?1 AS INTEGER))",
        )
        .run(String(upTo));
    });
  }

  createAccount(username: string, passwordHash: string, at: number): Account | undefined {
    return this.#commit(() => {
      const row = this.#db
        .prepare(
          "INSERT INTO accounts (username, password_hash, created_at) VALUES (?, ?, ?) ON CONFLICT (username) DO NOTHING RETURNING id",
        )
        .get(username, passwordHash, at) as { id: number } | undefined;
      return row && { id: row.id, username, passwordHash };
    });
  }

  setPasswordHash(accountId: number, passwordHash: string): void {
    this.#commit(() =>
      this.#db.prepare("UPDATE accounts SET password_hash = ? WHERE id = ?").run(passwordHash, accountId),
    );
  }

  openSession(tokenHash: Uint8Array, accountId: number, at: number, expiresAt: number): Session {
    return this.#commit(() => {
      const { id } = this.#db
        .prepare(
          "INSERT INTO sessions (token_hash, account_id, created_at, expires_at, last_used_at) VALUES (?1, ?2, ?3, ?4, ?3) RETURNING id",
        )
        .get(tokenHash, accountId, at, expiresAt) as { id: number };
      const { username } = this.#db.prepare("SELECT username FROM accounts WHERE id = ?").get(accountId) as {
        username: string;
      };
      return { id, accountId, username, expiresAt, lastUsedAt: at };
    });
  }

  touchSessions(sessionIds: readonly number[], at: number): void {
    this.#commit(() => {
      const touch = this.#db.prepare("UPDATE sessions SET last_used_at = max(last_used_at, ?) WHERE id = ?");
      for (const id of sessionIds) touch.run(at, id);
    });
  }

  endSessions(sessionId: number, everywhere: boolean): number[] {
    const which = everywhere ? "account_id = (SELECT account_id FROM sessions WHERE id = ?)" : "id = ?";
    return this.#commit(() =>
      this.#db
        .prepare(`DELETE FROM sessions WHERE ${which} RETURNING id`)
        .all(sessionId)
        .map((row) => row.id as number),
    );
  }

  sweepSessions(expiredBefore: number, unusedSince: number): void {
    this.#commit(() =>
      this.#db
        .prepare("DELETE FROM sessions WHERE expires_at <= ? OR last_used_at <= ?")
        .run(expiredBefore, unusedSince),
    );
  }

  capSessions(lastUsedAt: number, expiresAt: number): void {
    this.#commit(() =>
      this.#db
        .prepare(
          `UPDATE sessions SET last_used_at = min(last_used_at, ?1), expires_at = min(expires_at, ?2)
           WHERE last_used_at > ?1 OR expires_at > ?2`,
        )
        .run(lastUsedAt, expiresAt),
    );
  }

  writeClockMark(at: number): void {
    this.#commitSoon(() =>
      this.#db
        .prepare(
          "INSERT INTO meta (name, value) VALUES ('clock_mark', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .run(String(at)),
    );
  }

  saveOnline(came: readonly (readonly [accountId: number, since: number])[], gone: readonly number[]): void {
    this.#commitSoon(() => {
      const leave = this.#db.prepare("DELETE FROM online WHERE account_id = ?");
      for (const accountId of gone) leave.run(accountId);
      const come = this.#db.prepare("INSERT OR REPLACE INTO online (account_id, since) VALUES (?, ?)");
      for (const [accountId, since] of came) come.run(accountId, since);
    });
  }

  #appendOne(
    [sessionId, senderId, recipientId, requestId, text, at]: DraftRow,
    alive: Map<number, boolean>,
  ): AppendedRow {
    const { session, known, append } = this.#statements;
    let isAlive = alive.get(sessionId);
    if (isAlive === undefined) {
      isAlive = session.get(sessionId) !== undefined;
      alive.set(sessionId, isAlive);
    }
    if (!isAlive) return ["session-ended", 0, 0];
    const recipient = recipientId === 0 ? null : recipientId;
    const earlier = requestId === "" ? undefined : known.get(senderId, requestId);
    if (earlier !== undefined) {
      if (earlier.text !== text || earlier.recipient_id !== recipient) return ["reused", 0, 0];
      return ["duplicate", earlier.id as number, earlier.sent_at as number];
    }
    const id = this.#headId + 1;
    const sentAt = Math.max(at, this.#lastSentAt);
    append.run(id, senderId, recipient, requestId, text, sentAt);
    this.#headId = id;
    this.#lastSentAt = sentAt;
    return ["new", id, sentAt];
  }

  /**
   * A commit that outlives this process at once, and a power cut with the next other one: without a sync it takes some microseconds
   * (https://www.sqlite.org/pragma.html#pragma_synchronous).
   */
  #commitSoon(work: () => void): void {
    this.#db.exec("PRAGMA synchronous = NORMAL");
    try {
      this.#commit(work);
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  #commit<T>(work: () => T): T {
    let committing = false;
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      const result = work();
      committing = true;
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw failureOf(error, committing);
    }
  }
}
