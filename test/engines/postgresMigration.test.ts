import { expect } from "chai";
import type pg from "pg";
import { MIGRATIONS } from "../../src/server/engines/postgres/schema/index.ts";
import { contentOf } from "../../src/server/log/ports/logStore.ts";
import { needsEngine } from "../support/engineServer.ts";
import { eventually } from "../support/eventLoop.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { draft, edit, NOON, type Person, post } from "../support/storeFixture.ts";
import { caught, hold } from "./postgresNode.ts";

/** The schema version before the log was one of entries. */
const BEFORE = 2;

/** Statements of that version, as its nodes run them. `append` appends two messages with the request ids "a" and "b". */
const OLD = {
  state: "SELECT log_id, coalesce((SELECT max(id) FROM messages), forgotten_to) FROM log",
  append: `SELECT kinds FROM append_drafts((SELECT log_id FROM log), 0, 0, ${Number.MAX_SAFE_INTEGER}, '{1,1}', '{1,1}',
    '{0,2}', '{a,b}', '{to all,to bob}', '{${NOON},${NOON}}')`,
  read: "SELECT id, sender_id, text, sent_at FROM messages WHERE id BETWEEN 1 AND 9 ORDER BY id",
  find: "SELECT id, sent_at, recipient, text FROM find_message(1, 'a')",
  truncate: "SELECT forget_messages((SELECT log_id FROM log), 2)",
};

describe("Migrating a PostgreSQL database of messages to one of entries", () => {
  before(function () {
    needsEngine(this, "postgres");
  });

  let fixture: PostgresFixture;
  const ana: Person = { accountId: 1, username: "ana", sessionId: 1, tokenHash: new Uint8Array() };
  const bob: Person = { accountId: 2, username: "bob", sessionId: 2, tokenHash: new Uint8Array() };
  beforeEach(async () => {
    fixture = await postgresFixture();
    for (const step of MIGRATIONS.slice(0, BEFORE)) await fixture.query(step);
    await fixture.query(`CREATE TABLE obrolan_schema (version integer NOT NULL);
      INSERT INTO obrolan_schema VALUES (${BEFORE});
      INSERT INTO accounts (username, password_hash, created_at) VALUES ('ana', 'x', 0), ('bob', 'x', 0);
      INSERT INTO sessions (token_hash, account_id, created_at, expires_at, last_used_at)
        VALUES ('ana', 1, 0, 9e15, 0), ('bob', 2, 0, 9e15, 0)`);
    expect(await fixture.query(OLD.append)).to.deep.equal([{ kinds: "nn" }]);
  });
  afterEach(async () => {
    await fixture.remove();
  });

  const fileOf = async (table: string) =>
    (await fixture.query(`SELECT pg_relation_filenode('${table}') AS file`))[0]?.file;

  it("the migration keeps the messages and their request ids, and does not rewrite the table", async () => {
    const [log] = await fixture.query("SELECT log_id FROM log");
    const file = await fileOf("messages");
    const store = await fixture.open();
    expect(await fileOf("entries")).to.equal(file);
    expect(await store.log.state()).to.deep.equal({ logId: log?.log_id, headId: 2, oldestId: 1 });
    const unchanged = { kind: "message", senderId: 1, sender: "ana", sentAt: NOON, replyTo: 0, editId: 0, editedAt: 0 };
    const messages = [
      { ...unchanged, id: 1, recipientId: 0, recipient: "", text: "to all" },
      { ...unchanged, id: 2, recipientId: 2, recipient: "bob", text: "to bob" },
    ];
    expect(await store.log.read(1, 9)).to.deep.equal(messages);
    const page = { accountId: 2, beforeId: 9, maxMessages: 9, maxBytes: 99 };
    expect((await store.log.history({ ...page, peerId: undefined })).messages).to.deep.equal(messages);
    expect((await store.log.history({ ...page, peerId: 1 })).messages).to.deep.equal(messages.slice(1));
    const repeated = draft(ana, "to bob", { to: bob, requestId: "b" });
    const duplicate = { kind: "duplicate", id: 2, sentAt: NOON };
    await post(store.log, edit(ana, 2, "to bob, edited"));
    expect(await store.log.append([repeated])).to.deep.equal([duplicate]);
    expect(await store.log.find(1, "b", contentOf(repeated))).to.deep.equal(duplicate);
    expect(await store.log.find(1, "a", contentOf(repeated))).to.deep.equal({ kind: "reused" });
    await store.close();
  });

  it("a node of the version before it cannot use the log after it, and changes nothing", async () => {
    await (await fixture.open()).close();
    for (const [name, statement] of Object.entries(OLD)) {
      expect((await caught(fixture.query(statement))) as pg.DatabaseError, name)
        .to.have.property("code")
        .that.is.oneOf(["42P01", "42883"]);
    }
    expect(await fixture.query("SELECT count(*)::integer AS count FROM entries")).to.deep.equal([{ count: 2 }]);
  });

  it("the migration waits for an append in progress, and keeps its message", async () => {
    const lock = await hold(fixture, "SELECT FROM log FOR UPDATE");
    const opening = fixture.open();
    await eventually(async () => {
      const [row] = await fixture.query(`SELECT count(*)::integer AS count FROM pg_locks
        WHERE relation = 'log'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted`);
      return row?.count === 1;
    }, "the migration to wait");
    await lock.query("INSERT INTO messages (id, sender_id, request_id, text, sent_at) VALUES (3, 1, 'c', 'late', 0)");
    await lock.query("COMMIT");
    await lock.release();
    const store = await opening;
    expect((await store.log.read(3, 3))[0]).to.include({ text: "late" });
    await store.close();
  });

  it("no statistics hold texts after the migration", async () => {
    const samples = (table: string) =>
      fixture.query(`SELECT attname FROM pg_stats
        WHERE schemaname = current_schema() AND tablename = '${table}' AND attname = 'text'`);
    await fixture.query("ANALYZE messages");
    expect(await samples("messages")).to.have.length(1);
    await (await fixture.open()).close();
    await fixture.query("ANALYZE entries");
    expect(await samples("entries")).to.have.length(0);
  });
});
