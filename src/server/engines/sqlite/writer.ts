import type { DatabaseSync } from "node:sqlite";
import type { Account } from "../../accounts/ports/accountStore.ts";
import type { Session } from "../../accounts/ports/sessionStore.ts";
import { failureOf } from "./failures.ts";
import { type Guard, UNGUARDED } from "./files/custody.ts";
import { readLastSentAt, readState, writeMeta } from "./meta.ts";
import type { AppendedRow, DraftRow } from "./rows.ts";

/** The methods of the writer's worker. Each call that changes something is one commit. */
export class StoreWriter {
  readonly #db: DatabaseSync;
  readonly #guard: Guard;
  readonly #statements;
  #headId: number;
  #lastSentAt: number;

  constructor(db: DatabaseSync, guard: Guard = UNGUARDED) {
    this.#db = db;
    this.#guard = guard;
    this.#headId = readState(db).headId;
    this.#lastSentAt = readLastSentAt(db);
    this.#statements = {
      session: db.prepare("SELECT 1 FROM sessions WHERE id = ?"),
      earlier: db.prepare(
        `SELECT id, recipient_id, text, sent_at FROM messages
         WHERE sender_id = ? AND request_id = ? AND request_id <> ''`,
      ),
      append: db.prepare(
        "INSERT INTO messages (id, sender_id, recipient_id, request_id, text, sent_at) VALUES (?, ?, ?, ?, ?, ?)",
      ),
    };
  }

  append(batch: readonly DraftRow[]): AppendedRow[] {
    const headId = this.#headId;
    const lastSentAt = this.#lastSentAt;
    const append = () => {
      const activeSessions = new Map<number, boolean>();
      return batch.map((draft) => this.#appendOne(draft, activeSessions));
    };
    return this.#commit(append, () => {
      this.#headId = headId;
      this.#lastSentAt = lastSentAt;
    });
  }

  truncate(before: number): void {
    const upTo = Math.min(before - 1, this.#headId);
    if (upTo < 1) return;
    this.#commit(() => {
      this.#db.prepare("DELETE FROM messages WHERE id <= ?").run(upTo);
      writeMeta(this.#db, "last_sent_at", String(this.#lastSentAt));
      this.#db
        .prepare(
          `INSERT INTO meta (name, value) VALUES ('forgotten_to', ?1) ON CONFLICT (name) DO UPDATE
           SET value = max(CAST(value AS INTEGER), CAST(?1 AS INTEGER))`,
        )
        .run(String(upTo));
    });
  }

  createAccount(username: string, passwordHash: string, at: number): Account | undefined {
    return this.#commit(() => {
      const row = this.#db
        .prepare(
          `INSERT INTO accounts (username, password_hash, created_at) VALUES (?, ?, ?)
           ON CONFLICT (username) DO NOTHING RETURNING id`,
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
          `INSERT INTO sessions (token_hash, account_id, created_at, expires_at, last_used_at)
           VALUES (?1, ?2, ?3, ?4, ?3) RETURNING id`,
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

  purgeSessions(expiredBefore: number, unusedSince: number): void {
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
    this.#commitWithoutSync(() => writeMeta(this.#db, "clock_mark", String(at)));
  }

  saveOnline(joined: readonly (readonly [accountId: number, since: number])[], left: readonly number[]): void {
    this.#commitWithoutSync(() => {
      const remove = this.#db.prepare("DELETE FROM online WHERE account_id = ?");
      for (const accountId of left) remove.run(accountId);
      const insert = this.#db.prepare("INSERT OR REPLACE INTO online (account_id, since) VALUES (?, ?)");
      for (const [accountId, since] of joined) insert.run(accountId, since);
    });
  }

  #appendOne(
    [sessionId, senderId, recipientId, requestId, text, at]: DraftRow,
    activeSessions: Map<number, boolean>,
  ): AppendedRow {
    const statements = this.#statements;
    let isActive = activeSessions.get(sessionId);
    if (isActive === undefined) {
      isActive = statements.session.get(sessionId) !== undefined;
      activeSessions.set(sessionId, isActive);
    }
    if (!isActive) return ["session-ended", 0, 0];
    const recipient = recipientId === 0 ? null : recipientId;
    const earlier = requestId === "" ? undefined : statements.earlier.get(senderId, requestId);
    if (earlier !== undefined) {
      if (earlier.text !== text || earlier.recipient_id !== recipient) return ["reused", 0, 0];
      return ["duplicate", earlier.id as number, earlier.sent_at as number];
    }
    const id = this.#headId + 1;
    const sentAt = Math.max(at, this.#lastSentAt);
    statements.append.run(id, senderId, recipient, requestId, text, sentAt);
    this.#headId = id;
    this.#lastSentAt = sentAt;
    return ["new", id, sentAt];
  }

  /**
   * Commits without a sync, so that a commit takes only some microseconds. The commit survives a crash of this process
   * at once, but a power cut only after the next synced commit (https://www.sqlite.org/pragma.html#pragma_synchronous).
   */
  #commitWithoutSync(work: () => void): void {
    this.#db.exec("PRAGMA synchronous = NORMAL");
    try {
      this.#commit(work);
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  /** Checkpoints the WAL into the database file. Returns whether the database file has all of it now. */
  checkpoint(): boolean {
    const { busy, log, checkpointed } = this.#db.prepare("PRAGMA wal_checkpoint(FULL)").get() as Record<string, number>;
    return busy === 0 && log === checkpointed;
  }

  /** Runs `work` in one commit. Calls `undo` if the commit did not happen, or may not have happened. */
  #commit<T>(work: () => T, undo = () => {}): T {
    let committing = false;
    let result: T;
    try {
      this.#guard.checkFilesIfLost();
      this.#db.exec("BEGIN IMMEDIATE");
      this.#guard.checkOwner();
      result = work();
      committing = true;
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      undo();
      throw failureOf(error, committing);
    }
    try {
      // Checked after the commit: the commit is in the open files, but the next start opens the files that have the
      // names then.
      this.#guard.checkFiles();
    } catch (error) {
      throw failureOf(error, true);
    }
    return result;
  }
}
