import { randomBytes, randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

/** The steps from an empty file to the current schema. Never edit a released step: add another one. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- The row of a deleted account stays, so that its name is never given out again.
  CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER
  ) STRICT;

  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_account ON sessions (account_id);

  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    sender_id INTEGER NOT NULL REFERENCES accounts (id),
    -- NULL: everyone
    recipient_id INTEGER REFERENCES accounts (id),
    request_id TEXT NOT NULL,
    text TEXT NOT NULL,
    sent_at INTEGER NOT NULL
  ) STRICT;
  -- A lookup must repeat the condition, or the index is not used: https://www.sqlite.org/partialindex.html
  CREATE UNIQUE INDEX messages_by_request ON messages (sender_id, request_id) WHERE request_id <> '';
  CREATE INDEX messages_private_by_sender ON messages (sender_id, id) WHERE recipient_id IS NOT NULL;
  CREATE INDEX messages_private_by_recipient ON messages (recipient_id, id) WHERE recipient_id IS NOT NULL;
  CREATE INDEX messages_public ON messages (id) WHERE recipient_id IS NULL;
  `,
  `
  -- The online users, so that a restart takes no user offline.
  CREATE TABLE online (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    since INTEGER NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE messages RENAME TO entries;
  -- SQLite reads the whole table for each new column, and less of it without these indexes.
  DROP INDEX messages_private_by_sender;
  DROP INDEX messages_private_by_recipient;
  DROP INDEX messages_public;
  -- KIND of rows.ts has the numbers.
  ALTER TABLE entries ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
  -- The message that this one replies to, edits or deletes; 0: none.
  ALTER TABLE entries ADD COLUMN target_id INTEGER NOT NULL DEFAULT 0;
  -- The account that deleted the message; 0: the server, or this is not a deletion.
  ALTER TABLE entries ADD COLUMN by_id INTEGER NOT NULL DEFAULT 0;

  -- A query must repeat the conditions, or the index is not used.
  CREATE INDEX entries_public ON entries (id) WHERE kind < 3 AND recipient_id IS NULL;
  CREATE INDEX entries_private_by_sender ON entries (sender_id, id) WHERE kind < 3 AND recipient_id IS NOT NULL;
  CREATE INDEX entries_private_by_recipient ON entries (recipient_id, id) WHERE kind < 3 AND recipient_id IS NOT NULL;
  CREATE INDEX entries_conversation ON entries (sender_id, recipient_id, id)
    WHERE kind < 3 AND recipient_id IS NOT NULL;
  -- The newest edit of a message: the rows of earlier ones are erased.
  CREATE UNIQUE INDEX entries_edit ON entries (target_id) WHERE kind = 3;

  -- What the request id of an entry stands for, if the row of the entry does not tell any more.
  CREATE TABLE digests (entry_id INTEGER PRIMARY KEY, digest BLOB NOT NULL) STRICT;

  CREATE TABLE read_markers (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    up_to INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- The blocks of the search index; each has an FTS5 table: searchBlocks.ts.
  CREATE TABLE search_blocks (
    block INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    indexed_to INTEGER NOT NULL,
    is_built INTEGER NOT NULL,
    is_dirty INTEGER NOT NULL
  ) STRICT;
  `,
];

/** The first version in which the log is the table `entries`; before, it was `messages`. */
export const ENTRIES_VERSION = 3;

/** The version of the current schema. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** How long a connection waits for another connection's lock. SQLite does not wait by default. */
export const BUSY_TIMEOUT_MS = 5_000;

/**
 * Makes the commits of a connection durable: with `FULL` SQLite syncs every commit in the WAL
 * (https://www.sqlite.org/pragma.html#pragma_synchronous). With `secure_delete` it overwrites erased texts with zeros.
 */
export function configure(db: DatabaseSync): void {
  db.exec(`
    PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA journal_size_limit = 67108864;
  `);
}

/** Migrates a store to the current schema. Throws an error for the operator if its version is newer. */
export function migrate(db: DatabaseSync): void {
  const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > MIGRATIONS.length) {
    throw new Error(
      `The store has schema version ${version}, and this Obrolan knows versions up to ${MIGRATIONS.length}: ` +
        "it was used by a newer Obrolan. Start that one, or take another data folder.",
    );
  }
  for (const [step, sql] of MIGRATIONS.entries()) {
    if (step < version) continue;
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(sql);
      const insert = db.prepare("INSERT INTO meta (name, value) VALUES (?, ?)");
      if (step === 0) insert.run("log_id", randomUUID());
      if (step === ENTRIES_VERSION - 1) insert.run("digest_secret", randomBytes(32).toString("hex"));
      db.exec(`PRAGMA user_version = ${step + 1}`);
      db.exec("COMMIT");
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  }
}
