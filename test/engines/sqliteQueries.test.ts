import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { StoreReader } from "../../src/server/engines/sqlite/reader.ts";
import { toDraftRow } from "../../src/server/engines/sqlite/rows.ts";
import { migrate } from "../../src/server/engines/sqlite/schema.ts";
import { StoreWriter } from "../../src/server/engines/sqlite/writer.ts";
import { deletion, draft, edit, range } from "../support/storeFixture.ts";

const PEOPLE = 20;
const tokenHash = (i: number) => new Uint8Array(32).fill(i);

/** A store in memory with some thousand messages, and the statements that were prepared on it. */
function usedStore() {
  const db = new DatabaseSync(":memory:");
  migrate(db);
  const statements = new Set<string>();
  const spied = new Proxy(db, {
    get: (target, key) => {
      const value = Reflect.get(target, key, target);
      if (key === "prepare") {
        return (sql: string) => {
          statements.add(sql);
          return target.prepare(sql);
        };
      }
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const [writing, reading] = [new StoreWriter(spied), new StoreReader(spied)];
  const people = range(1, PEOPLE).map((i) => {
    const accountId = writing.createAccount(`user-${i}`, "hash", 0)?.id ?? 0;
    const session = writing.openSession(tokenHash(i), accountId, 0, 9e15);
    return { accountId, username: `user-${i}`, sessionId: session.id, tokenHash: tokenHash(i) };
  });
  const person = (i: number) => people[i % PEOPLE] as (typeof people)[number];
  for (const batch of range(1, 50)) {
    writing.append(
      range(1, 100).map((i) => {
        const more = i % 3 === 0 ? { to: person(i * 7) } : {};
        return toDraftRow(draft(person(i), "hello", { ...more, requestId: i % 2 === 0 ? `${batch}.${i}` : "" }));
      }),
    );
  }
  db.exec("ANALYZE");
  return { db, writing, reading, statements, person };
}

/** The steps of SQLite's plan for a statement. */
function planOf(db: DatabaseSync, sql: string): string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row.detail));
}

describe("The statements of the SQLite store", () => {
  const { db, writing, reading, statements, person } = usedStore();
  after(() => {
    writing.close();
    db.close();
  });

  before(() => {
    reading.state();
    reading.read(10, 20);
    reading.recent(1, 10);
    reading.history({ accountId: 1, peerId: undefined, beforeId: 1_000, maxMessages: 10, maxBytes: 1_000 });
    reading.history({ accountId: 1, peerId: 2, beforeId: 1_000, maxMessages: 10, maxBytes: 1_000 });
    reading.find(1, "1.20", { kind: "message", recipient: "user-2", text: "hello", replyTo: 0 });
    reading.readMarker(1);
    reading.findAccount("user-1");
    reading.findSession(tokenHash(1));
    reading.endedSessions([1, 2]);
    writing.append([toDraftRow(draft(person(1), "again", { requestId: "1.1" }))]);
    const id = writing.append([toDraftRow(draft(person(1), "to be changed", { requestId: "changed" }))])[0]?.[1] ?? 0;
    writing.append([edit(person(1), id, "2", { requestId: "e" }), edit(person(1), id, "3")].map(toDraftRow));
    writing.append([toDraftRow(deletion(person(1), id))]);
    writing.advanceReadMarker(1, 5);
    writing.setPasswordHash(1, "another");
    writing.touchSessions([1, 2], 5);
    writing.endSessions(person(5).sessionId, false);
    writing.endSessions(person(6).sessionId, true);
    writing.purgeSessions(0, -1);
    writing.truncate(100);
  });

  it("the calls of this test prepare at least 28 statements", () => {
    expect(statements.size).to.be.at.least(28);
  });

  it("finding a message by request id uses its index", () => {
    const lookups = [...statements].filter((sql) => /^\s*SELECT/.test(sql) && sql.includes("request_id = ?"));
    // The reader and the writer prepare the same statement.
    expect(lookups).to.have.length(1);
    for (const sql of lookups) {
      expect(planOf(db, sql)[0], sql).to.match(
        /SEARCH e USING INDEX messages_by_request \(sender_id=\? AND request_id=\?\)/,
      );
    }
  });

  it("no statement scans all messages or accounts", () => {
    for (const sql of statements) {
      // SQLite plans a check of foreign keys for this insert, but never runs it: a new account breaks no reference.
      if (sql.startsWith("INSERT INTO accounts")) continue;
      const walks = planOf(db, sql).filter((step) => /^SCAN (m|e|x|d|r|entries|digests|s|a|accounts)\b/.test(step));
      // A scan in the order of an index is permitted if a LIMIT ends it.
      const bounded = /ORDER BY id DESC LIMIT/.test(sql) ? /USING (COVERING )?INDEX|^SCAN entries$/ : /^$/;
      for (const step of walks) expect(step, sql).to.match(bounded);
    }
  });

  it("recent and history scan one index for each way to see a message, and end each scan at its limit", () => {
    const merging = [...statements].filter((sql) => sql.includes("UNION"));
    expect(merging).to.have.length(3);
    for (const sql of merging) {
      const isConversation = sql.includes("?4");
      const scans = planOf(db, sql).filter((step) => /^(SCAN|SEARCH) entries\b/.test(step));
      expect(scans, sql).to.deep.equal(
        isConversation
          ? range(1, 2).map(
              () => "SEARCH entries USING INDEX entries_conversation (sender_id=? AND recipient_id=? AND id<?)",
            )
          : [
              "SEARCH entries USING INDEX entries_public (id<?)",
              "SEARCH entries USING INDEX entries_private_by_sender (sender_id=? AND id<?)",
              "SEARCH entries USING INDEX entries_private_by_recipient (recipient_id=? AND id<?)",
            ],
      );
      expect(sql.match(/LIMIT \?3/g), sql).to.have.length(isConversation ? 3 : 4);
      // The rows of the page are found by their ids.
      for (const step of planOf(db, sql)) {
        if (/^(SCAN|SEARCH) [mex]\b/.test(step)) expect(step, sql).to.match(/INTEGER PRIMARY KEY|entries_edit/);
      }
    }
  });

  it("no statement without UNION sorts", () => {
    for (const sql of statements) {
      if (/UNION/.test(sql)) continue;
      expect(
        planOf(db, sql).filter((step) => /TEMP B-TREE/.test(step)),
        sql,
      ).to.deep.equal([]);
    }
  });
});
