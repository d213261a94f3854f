import { expect } from "chai";
import pg from "pg";
import * as accounts from "../../src/server/engines/postgres/accounts.ts";
import { parseAddress } from "../../src/server/engines/postgres/address.ts";
import * as attempts from "../../src/server/engines/postgres/attempts.ts";
import * as clockMark from "../../src/server/engines/postgres/clockMark.ts";
import { toCommandColumns, toDraftColumns } from "../../src/server/engines/postgres/draftColumns.ts";
import * as leases from "../../src/server/engines/postgres/leases.ts";
import * as log from "../../src/server/engines/postgres/log.ts";
import * as readMarkers from "../../src/server/engines/postgres/readMarkers.ts";
import * as roster from "../../src/server/engines/postgres/roster.ts";
import { optionsOf } from "../../src/server/engines/postgres/session.ts";
import * as sessions from "../../src/server/engines/postgres/sessions.ts";
import { contentOf } from "../../src/server/log/ports/logStore.ts";
import { Splitter } from "../../src/server/search/words.ts";
import { needsEngine } from "../support/engineServer.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { deletion, draft, edit, type Person, range } from "../support/storeFixture.ts";

/** Beyond the head of the log. */
const END = Number.MAX_SAFE_INTEGER;
const NODE = "00000000-0000-0000-0000-000000000001";

/** Runs statements, and collects the plans that PostgreSQL used (auto_explain), also for statements in functions. */
class Explained {
  readonly #client: pg.Client;
  #plans: string[] = [];

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on("notice", ({ message = "" }) => this.#plans.push(message));
  }

  /** Connects as a node does. */
  static async connect(fixture: PostgresFixture): Promise<Explained> {
    const address = parseAddress(fixture.url);
    const client = new pg.Client({ connectionString: address.url, options: optionsOf(address) });
    await client.connect();
    const explained = new Explained(client);
    for (const setting of ["log_min_duration = 0", "log_nested_statements = on", "log_analyze = on"]) {
      await client.query(`LOAD 'auto_explain'; SET auto_explain.${setting}`);
    }
    await client.query("SET client_min_messages = log");
    return explained;
  }

  /** Runs a statement as a node does; resolves with its plans. */
  async run({ name, text }: { name: string; text: string }, values: readonly unknown[] = []): Promise<string[]> {
    this.#plans = [];
    await this.#client.query({ name, text }, [...values]);
    return this.#plans;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

describe("The statements of the PostgreSQL store", () => {
  let fixture: PostgresFixture;
  let explained: Explained;
  let logId: string;
  let newestChange: number;
  before(async function () {
    needsEngine(this, "postgres");
    fixture = await postgresFixture();
    const store = await fixture.open();
    ({ logId } = await store.log.state());
    await store.close();
    explained = await Explained.connect(fixture);
    await fill();
    newestChange = Number((await fixture.query("SELECT max(place) AS place FROM roster_changes"))[0]?.place);
  });
  after(async () => {
    await explained?.close();
    await fixture?.remove();
  });

  /** Fills the tables as if they had been used for a while, without ANALYZE: the planner has no statistics. */
  async function fill(): Promise<void> {
    const inserts = [
      "INSERT INTO accounts (username, password_hash, created_at) SELECT 'user-' || i, 'x', 0 FROM generate_series(1, 3000) i",
      `INSERT INTO sessions (token_hash, account_id, created_at, expires_at, last_used_at)
        SELECT sha256(i::text::bytea), i, 0, 9e15, 5 FROM generate_series(1, 3000) i`,
      `INSERT INTO entries (id, sender_id, recipient_id, request_id, text, sent_at)
        SELECT i, i % 3000 + 1, nullif(i % 3, 0), CASE WHEN i % 2 = 0 THEN i::text::bytea ELSE '' END, 'hello', 0
        FROM generate_series(1, 20000) i`,
      // Most messages to account 1 are deleted, and the newest public entries are edits and deletions.
      "UPDATE entries SET kind = 3, text = '' WHERE id > 2000 AND recipient_id = 1",
      `UPDATE entries SET kind = id % 2 + 1, message_id = id - 10000, text = '' WHERE id > 16000 AND recipient_id IS NULL`,
      "INSERT INTO read_markers SELECT i, 5 FROM generate_series(1, 3000) i",
      "INSERT INTO attempts SELECT 'key-' || i, 1, i FROM generate_series(1, 3000) i",
      `INSERT INTO nodes VALUES ('${NODE}', now() + interval '1 hour', 1)`,
      `INSERT INTO roster SELECT 'user-' || i, '${NODE}', i, 0 FROM generate_series(1, 3000) i`,
      `INSERT INTO roster_changes SELECT i + CASE WHEN i > 50 THEN extract(epoch FROM now())::bigint * 1000000 ELSE 0 END, 'user', true
        FROM generate_series(1, 3000) i`,
    ];
    // These statements may take longer than those of a node.
    await explained.run({ name: "no-timeout", text: "SET statement_timeout = 0" });
    for (const [i, text] of inserts.entries()) await explained.run({ name: `fill-${i}`, text });
    await explained.run({ name: "timeout", text: "RESET statement_timeout" });
  }

  const person = (i: number): Person => ({
    accountId: i,
    username: `user-${i}`,
    sessionId: i,
    tokenHash: new Uint8Array(0),
  });
  const batch = () => [
    ...range(1, 300).map((i) => draft(person(i), "hello", { to: person(i + 1), requestId: `new ${Math.random()}` })),
    ...range(1, 20).map((i) => draft(person(2 * i + 1), "hello", { requestId: `${2 * i}` })),
    ...range(101, 105).map((i) => edit(person(3 * i + 1), 3 * i, "edited", { requestId: `edit ${Math.random()}` })),
    ...range(106, 109).map((i) => deletion(person(3 * i + 1), 3 * i, { requestId: `delete ${Math.random()}` })),
    draft(person(7), "reply", { replyTo: 30 }),
  ];

  /** Every statement that runs often, with values. */
  const calls = (): [{ name: string; text: string }, unknown[]][] => [
    [log.STATE, []],
    [log.APPEND, [logId, 0, 0, Number.MAX_SAFE_INTEGER, ...toDraftColumns(batch(), new Splitter())]],
    [log.READ, [500, 755]],
    [log.READ, [17_000, 17_255]],
    [log.RECENT, [7, 100]],
    [log.RECENT, [1, 100]],
    [log.HISTORY, [7, 100, 1e6, 15_000]],
    [log.HISTORY, [1, 100, 1e6, END]],
    [log.CONVERSATION, [2, 100, 1e6, END, 8]],
    [log.CONVERSATION, [2, 100, 1e6, 15_000, 8]],
    [log.FIND, [3, Buffer.from("2"), ...toCommandColumns(contentOf(draft(person(3), "hello", { to: person(2) })))]],
    [log.TRUNCATE, [logId, 20]],
    [log.RENEW, [logId, logId, 0]],
    [accounts.FIND, ["user-7"]],
    [accounts.CREATE, [`new-${Math.random()}`, "hash", 0]],
    [accounts.SET_HASH, [7, "hash"]],
    [sessions.FIND, [Buffer.from("none")]],
    [sessions.OPEN, [Buffer.from(`${Math.random()}`), 7, 0, 9]],
    [sessions.TOUCH, ["{1,5,9}", 6]],
    [sessions.ENDED, ["{1,5,90000}"]],
    [sessions.END, [8, false]],
    [sessions.END, [9, true]],
    [attempts.FIND, ["key-7", 1_000]],
    [attempts.FAIL, ["key-7", 1_000_000]],
    [attempts.CLEAR, ["key-8"]],
    [readMarkers.GET, [7]],
    [readMarkers.ADVANCE, [7, 9]],
    [clockMark.READ, []],
    [clockMark.WRITE, [1_000]],
    [roster.FIND, ["user-7", "8 s"]],
    [roster.PAGE, ["user-7", 101, "8 s"]],
    [roster.CHANGES, [newestChange - 10]],
    [roster.PLACE, []],
    [leases.UPDATE, [NODE, 1, "{9001}", ["zoe"], "{5}", ["user-9"]]],
    [leases.RENEW, [NODE, "8 s", "60 s", "0 s"]],
  ];

  const SMALL = /^(log|search_state|clock_mark|nodes|roster_lock|\w+_1|pg_\w+)$/;

  it("every exported statement is checked here, except those that run seldom", () => {
    const all = [log, readMarkers, accounts, sessions, attempts, roster, leases, clockMark].flatMap((module) =>
      Object.values(module).filter((value) => typeof value === "object" && "text" in value),
    );
    const looked = calls().map(([statement]) => statement);
    const left = all.filter((statement) => !looked.includes(statement as { name: string; text: string }));
    // Two go through all sessions once an hour. The others run if a node starts, stores all its users again, or ends.
    const seldom = [sessions.PURGE, sessions.CAP, leases.EXTEND_ENDED, leases.FULL_SYNC, leases.END];
    expect(left).to.have.members(seldom);
    expect(new Set(all.map((statement) => (statement as { name: string }).name)).size).to.equal(all.length);
  });

  for (const when of ["without statistics", "after ANALYZE"]) {
    it(`no statement scans a whole large table ${when}`, async () => {
      if (when === "after ANALYZE") await fixture.query("ANALYZE");
      let seen = 0;
      for (const [statement, values] of calls()) {
        const plans = await explained.run(statement, values);
        expect(plans, statement.name).to.not.be.empty;
        for (const plan of plans) {
          for (const [, table = ""] of plan.matchAll(/Seq Scan on (\w+)/g)) {
            expect(table, `${statement.name}:\n${plan}`).to.match(SMALL);
          }
          for (const [line, rows = ""] of plan.matchAll(/^.*Index.* Scan.*\(actual [^)]*rows=(\d+) loops.*$/gm)) {
            seen += 1;
            const most = statement === roster.PAGE ? 3_000 : 320;
            expect(Number(rows), `${statement.name}: ${line}\n${plan}`).to.be.at.most(most);
          }
          for (const [line, removed = ""] of plan.matchAll(/^.*Rows Removed by (?:Index )?Filter: (\d+).*$/gm)) {
            expect(Number(removed), `${statement.name}: ${line}\n${plan}`).to.be.at.most(320);
          }
        }
      }
      expect(seen, "index scans").to.be.above(40);
    });
  }

  /** How many rows the index scans of a statement on `entries` have read. */
  const readRows = async (...[statement, values]: [{ name: string; text: string }, unknown[]]) => {
    const scans = (await explained.run(statement, values)).flatMap((plan) => [
      ...plan.matchAll(/Index.* Scan.* on entries.*\(actual [^)]*rows=(\d+) loops=(\d+)\)/g),
    ]);
    expect(scans, statement.name).to.not.be.empty;
    return scans.reduce((sum, [, rows, loops]) => sum + Number(rows) * Number(loops), 0);
  };

  it("a page of a conversation reads its messages alone, however long the log is", async () => {
    // There are seven messages from 99 to 2. Each is found by one index, and fetched by another.
    expect(await readRows(log.CONVERSATION, [99, 100, 1e6, END, 2])).to.equal(2 * 7);
    expect(await readRows(log.CONVERSATION, [99, 3, 1e6, END, 2])).to.equal(2 * 4);
    // Six of the seven messages from 98 to 1 are deleted.
    expect(await readRows(log.CONVERSATION, [98, 100, 1e6, END, 1])).to.equal(2 * 1);
    expect(await readRows(log.CONVERSATION, [99, 100, 1e6, END, 99])).to.equal(0);
  });

  it("a page of the history and recent read at most a page from each of three indexes", async () => {
    for (const account of [1, 2, 9, 4_000]) {
      expect(await readRows(log.HISTORY, [account, 100, 1e6, END])).to.be.at.most(4 * 101);
      expect(await readRows(log.RECENT, [account, 100])).to.be.at.most(3 * 100);
    }
  });
});
