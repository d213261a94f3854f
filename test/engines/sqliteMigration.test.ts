import { copyFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { openSqliteStore, type SqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { backUpSqliteStore } from "../../src/server/engines/sqlite/maintenance/backup.ts";
import { findMessagesAhead } from "../../src/server/engines/sqlite/maintenance/correctTimes.ts";
import { restoreSqliteStore } from "../../src/server/engines/sqlite/maintenance/restore.ts";
import { useFolder } from "../support/folder.ts";
import { deletion, draft, edit, NOON, post, readAfter, signIn } from "../support/storeFixture.ts";

/** The schema of version 2, as it was released, with a few rows. The messages before id 3 were truncated. */
const VERSION_2 = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
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
  CREATE UNIQUE INDEX messages_by_request ON messages (sender_id, request_id) WHERE request_id <> '';
  CREATE INDEX messages_private_by_sender ON messages (sender_id, id) WHERE recipient_id IS NOT NULL;
  CREATE INDEX messages_private_by_recipient ON messages (recipient_id, id) WHERE recipient_id IS NOT NULL;
  CREATE INDEX messages_public ON messages (id) WHERE recipient_id IS NULL;
  CREATE TABLE online (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    since INTEGER NOT NULL
  ) STRICT;
  INSERT INTO meta VALUES ('log_id', 'the-old-log'), ('forgotten_to', '2'), ('last_sent_at', '${NOON}');
  INSERT INTO accounts (id, username, password_hash, created_at) VALUES (1, 'ana', 'x', 0), (2, 'bob', 'x', 0);
  INSERT INTO messages VALUES
    (3, 1, NULL, 'r3', 'to all', ${NOON}),
    (4, 1, 2, '', 'to bob', ${NOON + 1}),
    (5, 2, 2, 'r5', 'to himself', ${NOON + 2});
  PRAGMA user_version = 2;
`;

describe("The migration of an SQLite store from version 2", () => {
  const folder = useFolder();
  const file = () => path.join(folder.path, "obrolan.db");
  const accounts = { ana: { accountId: 1, username: "ana" }, bob: { accountId: 2, username: "bob" } };
  beforeEach(() => {
    const db = new DatabaseSync(file());
    db.exec(`PRAGMA journal_mode = WAL; ${VERSION_2}`);
    db.close();
  });

  const unchanged = { replyTo: 0, editId: 0, editedAt: 0 };
  const ana = { senderId: 1, sender: "ana" };
  const messages = [
    { kind: "message", id: 3, ...ana, recipientId: 0, recipient: "", text: "to all", sentAt: NOON, ...unchanged },
    {
      kind: "message",
      id: 4,
      ...ana,
      recipientId: 2,
      recipient: "bob",
      text: "to bob",
      sentAt: NOON + 1,
      ...unchanged,
    },
    {
      ...{ kind: "message", id: 5, senderId: 2, sender: "bob", recipientId: 2, recipient: "bob" },
      ...{ text: "to himself", sentAt: NOON + 2, ...unchanged },
    },
  ];

  async function withStore<T>(work: (store: SqliteStore) => Promise<T>): Promise<T> {
    const store = await openSqliteStore({ folder: folder.path });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  it("a migrated store has the log id, the bounds and the messages of before", async () => {
    for (const _ of ["migrated", "opened again"]) {
      await withStore(async ({ log }) => {
        expect(await log.state()).to.deep.equal({ logId: "the-old-log", headId: 5, oldestId: 3 });
        expect(await readAfter(log, 0)).to.deep.equal(messages);
        expect(await log.recent(1, 10)).to.equal(3);
        const query = { accountId: 2, peerId: undefined, beforeId: 9, maxMessages: 9, maxBytes: 1_000 };
        expect(await log.history(query)).to.deep.equal({ messages, hasOlder: false });
        const conversation = await log.history({ ...query, accountId: 1, peerId: 2 });
        expect(conversation.messages).to.deep.equal([messages[1]]);
      });
    }
  });

  it("messages of a migrated store can be edited, deleted and replied to, and keep their request ids", async () => {
    await withStore(async (store) => {
      const [{ log }, who] = [store, await signIn(store, accounts.ana)];
      const first = draft(who, "to all", { requestId: "r3" });
      const known = { kind: "duplicate", id: 3, sentAt: NOON };
      expect(await log.append([first])).to.deep.equal([known]);
      expect(await post(log, edit(who, 3, "to all, edited", { at: NOON + 5 }))).to.equal(6);
      expect(await post(log, deletion(who, 4))).to.equal(7);
      expect(await post(log, draft(who, "a reply", { replyTo: 3 }))).to.equal(8);
      expect(await log.append([first, { ...first, text: "to all, edited" }])).to.deep.equal([
        known,
        { kind: "reused" },
      ]);
      expect((await log.read(3, 8)).map(({ kind }) => kind).join()).to.equal(
        "message,erased,message,edited,deleted,message",
      );
    });
    await withStore(async ({ log }) => {
      expect((await log.read(3, 3))[0]).to.include({ text: "to all, edited", editId: 6, editedAt: NOON + 5 });
    });
  });

  it("a store of version 2 can be backed up and searched for wrong times as it is, and a backup restored", async () => {
    expect(findMessagesAhead(folder.path, NOON)).to.deep.equal({ firstId: 4, lastId: 5, latest: NOON + 2 });
    const [backup, old] = [path.join(folder.path, "backup.db"), path.join(folder.path, "old.db")];
    expect(await backUpSqliteStore({ folder: folder.path, file: backup })).to.deep.equal({
      oldestId: 3,
      headId: 5,
      accounts: 2,
    });
    copyFileSync(backup, old);
    const data = path.join(folder.path, "restored");
    expect(await restoreSqliteStore({ folder: data, file: old })).to.include({ oldestId: 3, headId: 5 });
    const restored = await openSqliteStore({ folder: data });
    expect(await readAfter(restored.log, 0)).to.deep.equal(messages);
    expect((await restored.log.state()).logId).to.not.equal("the-old-log");
    await restored.close();
  });
});
