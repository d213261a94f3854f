import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { StoreReader } from "../../src/server/engines/sqlite/reader.ts";
import { toDraftRow } from "../../src/server/engines/sqlite/rows.ts";
import { migrate } from "../../src/server/engines/sqlite/schema.ts";
import { StoreWriter } from "../../src/server/engines/sqlite/writer.ts";
import { draft, range } from "../support/storeFixture.ts";

const PEOPLE = 20;
const tokenHash = (i: number) => new Uint8Array(32).fill(i);

/** A filled store in memory, and all statements that were prepared on it. */
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
  after(() => db.close());

  before(() => {
    reading.state();
    reading.read(10, 20);
    reading.recent(1, 10);
    reading.find(1, "1.20");
    reading.findAccount("user-1");
    reading.findSession(tokenHash(1));
    reading.endedSessions([1, 2]);
    writing.append([toDraftRow(draft(person(1), "again", { requestId: "1.1" }))]);
    writing.setPasswordHash(1, "another");
    writing.touchSessions([1, 2], 5);
    writing.endSessions(person(5).sessionId, false);
    writing.endSessions(person(6).sessionId, true);
    writing.purgeSessions(0, -1);
    writing.truncate(100);
  });

  it("this test checks every statement of the SQLite store", () => {
    expect(statements.size).to.be.at.least(18);
  });

  it("finding a message by request id uses its index", () => {
    const lookups = [...statements].filter((sql) => /^\s*SELECT/.test(sql) && sql.includes("request_id = ?"));
    expect(lookups).to.have.length(2);
    for (const sql of lookups) {
      expect(planOf(db, sql)[0], sql).to.match(
        /SEARCH (m|messages) USING INDEX messages_by_request \(sender_id=\? AND request_id=\?\)/,
      );
    }
  });

  it("no statement scans all messages or accounts", () => {
    for (const sql of statements) {
      // SQLite plans a check of the references from messages, but an insert never runs it.
      if (sql.startsWith("INSERT INTO accounts")) continue;
      const scans = planOf(db, sql).filter((step) => /^SCAN (m|messages|s|a|accounts)\b/.test(step));
      // A scan in the order of an index is allowed if a LIMIT ends it.
      const bounded = /ORDER BY id DESC LIMIT/.test(sql) ? /USING (COVERING )?INDEX|^SCAN messages$/ : /^$/;
      for (const step of scans) expect(step, sql).to.match(bounded);
    }
  });

  it("no statement sorts messages that are in order", () => {
    for (const sql of statements) {
      if (/UNION/.test(sql)) continue;
      expect(
        planOf(db, sql).filter((step) => /TEMP B-TREE/.test(step)),
        sql,
      ).to.deep.equal([]);
    }
  });
});
