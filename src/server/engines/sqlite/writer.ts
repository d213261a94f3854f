import type { DatabaseSync } from "node:sqlite";
import type { Account } from "../../accounts/ports/accountStore.ts";
import type { Session } from "../../accounts/ports/sessionStore.ts";
import { maySee } from "../../log/entry.ts";
import { failureOf } from "./failures.ts";
import { type Guard, UNGUARDED } from "./files/custody.ts";
import { KnownCommands } from "./knownCommands.ts";
import { readLastSentAt, readState, writeMeta } from "./meta.ts";
import { type AppendedRow, type ChangedRow, type DraftRow, IS_MESSAGE, KIND } from "./rows.ts";
import { SearchWriter } from "./searchWriter.ts";
import { WalErasure } from "./walErasure.ts";

/** The commands of drafts, by their kinds. */
const COMMANDS = { 0: "message", 3: "edited", 4: "deleted" } as const;

/** The row of a message that a draft names. */
interface Target {
  readonly id: number;
  readonly kind: number;
  readonly senderId: number;
  readonly recipientId: number | null;
  readonly recipient: string;
  readonly requestId: string;
  readonly text: string;
  readonly sentAt: number;
  readonly targetId: number;
}

/**
 * The methods of the writer's worker. Each call that changes something is one commit.
 *
 * An edit or a deletion makes rows smaller, and never larger: `PRAGMA secure_delete` overwrites what leaves its place in
 * a page, but if a row does not fit into its page any more, SQLite distributes the rows of three pages anew, and then
 * may leave copies of them in unused parts of these pages. Measured: of 6,700 texts that were edited or deleted, three
 * remained in the file if the row of the message took the text of its edit. A row still grows by up to three bytes if it
 * was written before the migration to `entries`, and its text has less than four bytes.
 */
export class StoreWriter {
  readonly #db: DatabaseSync;
  readonly #guard: Guard;
  readonly #statements;
  #headId: number;
  #lastSentAt: number;
  readonly #known: KnownCommands;
  readonly #erasure: WalErasure;
  readonly #search: SearchWriter;

  constructor(db: DatabaseSync, guard: Guard = UNGUARDED) {
    this.#db = db;
    this.#guard = guard;
    this.#known = new KnownCommands(db);
    this.#erasure = new WalErasure(db, guard);
    this.#search = new SearchWriter(db);
    this.#headId = readState(db).headId;
    this.#lastSentAt = readLastSentAt(db);
    this.#statements = {
      session: db.prepare("SELECT 1 FROM sessions WHERE id = ?"),
      append: db.prepare(
        `INSERT INTO entries (id, sender_id, recipient_id, request_id, text, sent_at, target_id)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ),
      appendChange: db.prepare(
        `INSERT INTO entries (id, sender_id, recipient_id, request_id, text, sent_at, target_id, kind, by_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      target: db.prepare(
        `SELECT m.id, m.kind, m.sender_id AS senderId, m.recipient_id AS recipientId, m.request_id AS requestId, m.text,
           m.sent_at AS sentAt, m.target_id AS targetId, coalesce(r.username, '') AS recipient
         FROM entries m LEFT JOIN accounts r ON r.id = m.recipient_id WHERE m.id = ? AND m.${IS_MESSAGE}`,
      ),
      edit: db.prepare(
        `SELECT id, kind, request_id AS requestId, recipient_id AS recipientId, text, target_id AS targetId FROM entries
         WHERE target_id = ? AND kind = 3`,
      ),
      keepDigest: db.prepare("INSERT INTO digests (entry_id, digest) VALUES (?, ?)"),
      erase: db.prepare("UPDATE entries SET kind = ?, text = '' WHERE id = ?"),
    };
    // A server that was killed may have left erased texts in the WAL.
    this.#erasure.request();
  }

  append(batch: readonly DraftRow[]): AppendedRow[] {
    const headId = this.#headId;
    const lastSentAt = this.#lastSentAt;
    const append = () => {
      const activeSessions = new Map<number, boolean>();
      return batch.map((draft) => this.#appendOne(draft, activeSessions));
    };
    const appended = this.#commit(append, () => {
      this.#headId = headId;
      this.#lastSentAt = lastSentAt;
    });
    if (appended.some(([, , , changed]) => changed !== undefined)) this.#erasure.request();
    return appended;
  }

  truncate(before: number): void {
    const upTo = Math.min(before - 1, this.#headId);
    if (upTo < 1) return;
    this.#commit(() => {
      this.#db.prepare("DELETE FROM entries WHERE id <= ?").run(upTo);
      this.#db.prepare("DELETE FROM digests WHERE entry_id <= ?").run(upTo);
      this.#search.truncated(upTo + 1);
      writeMeta(this.#db, "last_sent_at", String(this.#lastSentAt));
      this.#db
        .prepare(
          `INSERT INTO meta (name, value) VALUES ('forgotten_to', ?1) ON CONFLICT (name) DO UPDATE
           SET value = max(CAST(value AS INTEGER), CAST(?1 AS INTEGER))`,
        )
        .run(String(upTo));
    });
  }

  /** Makes one step of the search index. Returns whether there was anything to do. */
  advanceSearchIndex(): boolean {
    let advanced = false;
    this.#commitWithoutSync(() => {
      advanced = this.#search.step(readState(this.#db));
    });
    return advanced;
  }

  /** Moves a read marker forward, at most to the head of the log. */
  advanceReadMarker(accountId: number, upTo: number): { upTo: number; moved: boolean } {
    const before = this.#db.prepare("SELECT up_to AS upTo FROM read_markers WHERE account_id = ?").get(accountId);
    // Only this worker writes, so the marker is still the same in the commit.
    const marker = Math.min(Number(before?.upTo ?? 0), this.#headId);
    const next = Math.min(upTo, this.#headId);
    if (next <= marker) return { upTo: marker, moved: false };
    this.#commit(() =>
      this.#db.prepare("INSERT OR REPLACE INTO read_markers (account_id, up_to) VALUES (?, ?)").run(accountId, next),
    );
    return { upTo: next, moved: true };
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

  #appendOne(draft: DraftRow, activeSessions: Map<number, boolean>): AppendedRow {
    const [kind, sessionId, senderId, recipientId, requestId, text, at, targetId] = draft;
    const statements = this.#statements;
    let isActive = activeSessions.get(sessionId);
    if (isActive === undefined) {
      isActive = statements.session.get(sessionId) !== undefined;
      activeSessions.set(sessionId, isActive);
    }
    if (!isActive) return ["session-ended", 0, 0];
    if (requestId !== "") {
      const known = this.#known.find(senderId, requestId, { kind: COMMANDS[kind], recipientId, text, targetId });
      if (known?.kind === "duplicate") return ["duplicate", known.id, known.sentAt];
      if (known !== undefined) return ["reused", 0, 0];
    }
    let target: Target | undefined;
    if (kind !== KIND.message || targetId !== 0) {
      target = statements.target.get(targetId) as Target | undefined;
      if (target === undefined || !isVisible(target, senderId)) return ["message-unknown", 0, 0];
      if (kind !== KIND.message && target.senderId !== senderId) return ["not-the-sender", 0, 0];
    }
    const id = this.#headId + 1;
    const time = Math.max(at, this.#lastSentAt);
    let changed: ChangedRow | undefined;
    if (kind === KIND.message || target === undefined) {
      statements.append.run(id, senderId, recipientId === 0 ? null : recipientId, requestId, text, time, targetId);
    } else {
      this.#erase(target, kind === KIND.edit ? KIND.editedMessage : KIND.erased);
      if (kind === KIND.edit) this.#search.add({ ...target, text });
      const byId = kind === KIND.deletion ? senderId : 0;
      statements.appendChange.run(id, senderId, target.recipientId, requestId, text, time, targetId, kind, byId);
      changed = [target.recipientId ?? 0, target.recipient, target.sentAt, target.targetId];
    }
    this.#headId = id;
    this.#lastSentAt = time;
    return ["appended", id, time, changed];
  }

  /** Erases the newest text of a message, and keeps the digests of its command and of that of its newest edit. */
  #erase(message: Target, becomes: number): void {
    const { keepDigest, erase, edit } = this.#statements;
    const edited = edit.get(message.id) as Target | undefined;
    this.#search.remove({ ...message, text: (edited ?? message).text });
    if (edited !== undefined) {
      if (edited.requestId !== "") keepDigest.run(edited.id, this.#known.digestOf(edited));
      erase.run(KIND.erased, edited.id);
    } else if (message.requestId !== "") keepDigest.run(message.id, this.#known.digestOf(message));
    erase.run(becomes, message.id);
  }

  /** Ends what the writer does between calls. Call this before the connection is closed. */
  close(): void {
    this.#erasure.close();
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

function isVisible({ senderId, recipientId }: Target, accountId: number): boolean {
  return maySee(accountId, { senderId, recipientId: recipientId ?? 0 });
}
