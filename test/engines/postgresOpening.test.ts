import { expect } from "chai";
import { openPostgresStore, type PostgresStore } from "../../src/server/engines/postgres/index.ts";
import { MIGRATIONS } from "../../src/server/engines/postgres/schema/index.ts";
import { EngineServer, needsEngine, sharedServer } from "../support/engineServer.ts";
import { until } from "../support/eventLoop.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { Proxy as NetworkProxy } from "../support/proxy.ts";
import { draft, enlist, post, range } from "../support/storeFixture.ts";
import { caught } from "./postgresNode.ts";

/** A port on which nothing listens. */
const CLOSED_PORT = 1;

/** The message of the error with which an opening fails. */
async function whyNot(open: Promise<PostgresStore>): Promise<string> {
  const opened = await open.catch((error) => error);
  if (opened instanceof Error) return opened.message;
  await opened.close();
  throw new Error("the store could be opened");
}

describe("Opening a store in PostgreSQL", () => {
  before(function () {
    needsEngine(this, "postgres");
  });

  let fixture: PostgresFixture;
  beforeEach(async () => {
    fixture = await postgresFixture();
  });
  afterEach(async () => {
    await fixture.remove();
  });

  /** The URL of the database with a change. */
  const urlWith = (change: (url: URL) => void): string => {
    const url = new URL(fixture.url);
    change(url);
    return url.href;
  };
  const where = () => `127.0.0.1:${new URL(fixture.url).port}/obrolan`;

  it("several nodes that open a database at once migrate it once", async () => {
    const stores = await Promise.all(range(1, 8).map(() => fixture.open()));
    expect(await fixture.query("SELECT version FROM obrolan_schema")).to.deep.equal([{ version: MIGRATIONS.length }]);
    const logIds = await Promise.all(stores.map(async ({ log }) => (await log.state()).logId));
    expect(new Set(logIds).size).to.equal(1);
    await Promise.all(stores.map((store) => store.close()));
    expect(fixture.reports).to.deep.equal([]);
  });

  it("opening a database of a newer version fails and changes nothing", async () => {
    await (await fixture.open()).close();
    await fixture.query("UPDATE obrolan_schema SET version = 9999");
    for (const _ of range(1, 2)) {
      expect(await whyNot(fixture.open()))
        .to.include("9999")
        .and.match(/newer Obrolan.*another database/);
    }
    expect(await fixture.query("SELECT version FROM obrolan_schema")).to.deep.equal([{ version: 9999 }]);
  });

  it("an error that cannot pass ends the opening at once, and does not repeat the password", async () => {
    const cases: [string, string, RegExp][] = [
      [
        "the password",
        urlWith((url) => (url.password = "wrong-secret")),
        /password authentication failed.*user and the password/,
      ],
      ["the user", urlWith((url) => (url.username = "nobody-here")), /authentication failed.*user and the password/],
      ["no password", urlWith((url) => (url.password = "")), /password/],
      ["the database", urlWith((url) => (url.pathname = "/missing")), /"missing" does not exist.*CREATE DATABASE/],
      ["TLS", urlWith((url) => url.searchParams.set("sslmode", "verify-full")), /does not support SSL/],
      [
        "a file",
        urlWith((url) => url.searchParams.set("sslrootcert", "/no/such/file")),
        /cannot be used: ENOENT.*\/no\/such\/file/,
      ],
      ["a setting", urlWith((url) => url.searchParams.set("options", "-c no_such_setting=1")), /no_such_setting/],
      ["the scheme", "mysql://obrolan:wrong-secret@127.0.0.1/obrolan", /must begin with postgres:\/\//],
      ["the port", "postgres://obrolan:wrong-secret@127.0.0.1:port/obrolan", /cannot be used: it is not a URL/],
      [
        "a / in the password",
        "postgres://obrolan:12/secret@127.0.0.1/obrolan",
        /there is an @ .* Write a \/ .* as %2F/,
      ],
    ];
    for (const [what, url, sentence] of cases) {
      const reports: Error[] = [];
      const why = await whyNot(openPostgresStore({ url, report: (error) => reports.push(error) }));
      expect(why, what).to.match(sentence);
      expect(why, what).to.not.include("secret").and.not.include("obrolan:obrolan");
      expect(reports, what).to.deep.equal([]);
    }
  });

  it("the error of an opening names the database", async () => {
    expect(await whyNot(fixture.open({ url: urlWith((url) => (url.password = "wrong")) }))).to.include(where());
  });

  it("opening a database that is not in UTF-8 fails", async () => {
    await fixture.query(
      "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    );
    const why = await whyNot(fixture.open({ url: urlWith((url) => (url.pathname = "/latin")) }));
    expect(why).to.match(/\/latin is in LATIN1.*ENCODING 'UTF8'/);
    await fixture.query("DROP DATABASE latin");
  });

  it("opening a database with other tables fails", async () => {
    await fixture.query("CREATE TABLE accounts (name text)");
    expect(await whyNot(fixture.open())).to.match(/"accounts" already exists.*a database of its own/);
    expect(await fixture.query("SELECT to_regclass('entries') AS entries")).to.deep.equal([{ entries: null }]);
  });

  it("opening a database as a user without the right to create tables fails", async () => {
    await fixture.query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
    const url = urlWith((to) => {
      to.username = "guest";
      to.password = "guest";
    });
    expect(await whyNot(fixture.open({ url }))).to.match(/permission denied|no schema has been selected/);
    await fixture.query("DROP ROLE guest");
  });

  it("opening a database on a server with fsync = off fails", async () => {
    const { url } = await sharedServer("postgres");
    const set = (fsync: string) =>
      fixture.query(`ALTER SYSTEM SET fsync = ${fsync}`).then(() => fixture.query("SELECT pg_reload_conf()"));
    await set("off");
    try {
      let why = "";
      // The server takes a moment to read its settings again.
      while (!why.includes("fsync")) why = await whyNot(fixture.open()).catch((error) => error.message);
      expect(why)
        .to.match(/has fsync = off: a power cut .* Set fsync = on/)
        .and.include(where());
    } finally {
      await set("on");
      while ((await fixture.query("SHOW fsync"))[0]?.fsync !== "on") expect(url).to.be.a("string");
    }
  });

  it("the store reports synchronous_commit = off on the server, and turns it on for its own commits", async () => {
    const store = await fixture.open({
      url: urlWith((url) =>
        url.searchParams.set("options", `${url.searchParams.get("options")} -c synchronous_commit=off`),
      ),
    });
    await fixture.query("CREATE TABLE seen (setting text)");
    await fixture.query(`
      CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL;
      END $$`);
    for (const table of ["entries", "accounts", "sessions"]) {
      await fixture.query(`CREATE TRIGGER see AFTER INSERT ON ${table} EXECUTE FUNCTION see()`);
    }
    await post(store.log, draft(await enlist(store, "ana"), "hello"));
    expect(await fixture.query("SELECT setting FROM seen")).to.deep.equal(range(1, 3).map(() => ({ setting: "on" })));
    expect(fixture.reports.map(({ message }) => message)).to.have.length(1);
    expect(fixture.reports[0]?.message).to.match(/synchronous_commit = off.*turns it on/);
    await store.close();
  });

  it("the store keeps a stricter synchronous_commit of the server", async () => {
    const store = await fixture.open({
      url: urlWith((url) =>
        url.searchParams.set("options", `${url.searchParams.get("options")} -c synchronous_commit=remote_apply`),
      ),
    });
    await fixture.query("CREATE TABLE seen (setting text)");
    await fixture.query(`
      CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL;
      END $$`);
    await fixture.query("CREATE TRIGGER see AFTER INSERT ON entries EXECUTE FUNCTION see()");
    await post(store.log, draft(await enlist(store, "ana"), "hello"));
    expect(await fixture.query("SELECT setting FROM seen")).to.deep.equal([{ setting: "remote_apply" }]);
    expect(fixture.reports).to.deep.equal([]);
    await store.close();
  });

  it("the store works if the server's default isolation is serializable", async () => {
    const url = urlWith((to) =>
      to.searchParams.set("options", `${to.searchParams.get("options")} -c default_transaction_isolation=serializable`),
    );
    const stores = await Promise.all([fixture.open({ url }), fixture.open({ url })]);
    const ana = await enlist(stores[0] as PostgresStore, "ana");
    for (const round of range(1, 20)) {
      const drafts = [draft(ana, "hello", { requestId: `r${round}` })];
      const outcomes = (await Promise.all(stores.map(({ log }) => log.append(drafts)))).flat();
      expect(outcomes.map(({ kind }) => kind).sort(), `round ${round}`).to.deep.equal(["appended", "duplicate"]);
    }
    await Promise.all(stores.map((store) => store.close()));
  });
});

describe("Opening a store while PostgreSQL is unavailable", () => {
  let server: EngineServer;
  before(async function () {
    needsEngine(this, "postgres");
    server = await EngineServer.start("postgres");
  });
  after(() => server?.remove());

  it("opening waits for an unavailable server, and reports that once", async () => {
    await server.stop();
    const reports: Error[] = [];
    const opening = openPostgresStore({ url: server.url, report: (error) => reports.push(error) });
    await until(() => reports.length > 0, "a report");
    await server.start();
    await (await opening).close();
    expect(reports).to.have.length(1);
    expect(reports[0]?.message).to.match(/127\.0\.0\.1:\d+\/obrolan cannot be used yet, trying on: .*ECONNREFUSED/);
  });

  it("opening waits again if the server becomes unavailable during the opening", async () => {
    await server.start();
    const reports: Error[] = [];
    // The first connection migrates the database. The next ones reach no server until the store has reported a failure.
    let connections = 0;
    const proxy = await NetworkProxy.start(() => {
      connections += 1;
      return connections === 1 || reports.length > 0 ? server.port : CLOSED_PORT;
    });
    try {
      const url = server.urlAt(Number(proxy.address.split(":")[1]));
      await (await openPostgresStore({ url, report: (error) => reports.push(error) })).close();
      expect(reports.some(({ message }) => message.includes("cannot be used yet, trying on"))).to.equal(true);
    } finally {
      await proxy.close();
    }
  });

  it("opening fails after the timeout, with the reason", async () => {
    await server.stop();
    const failed = await caught(openPostgresStore({ url: server.url, report: () => {}, startTimeoutMs: 500 }));
    expect((failed as Error).message).to.match(
      /127\.0\.0\.1:\d+\/obrolan cannot be used after 1 s: .*ECONNREFUSED.*Is it running/,
    );
    await server.start();
  });
});
