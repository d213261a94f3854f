import { expect } from "chai";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { PostgresStore } from "../../src/server/engines/postgres/index.ts";
import { contentOf, type MessageDraft } from "../../src/server/log/ports/logStore.ts";
import { EngineServer, needsEngine } from "../support/engineServer.ts";
import { eventually } from "../support/eventLoop.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import {
  draft,
  enlist,
  headOf,
  messagesAfter,
  NOON,
  newTokenHash,
  type Person,
  post,
  range,
} from "../support/storeFixture.ts";
import { caught } from "./postgresNode.ts";

describe("An outage of PostgreSQL", () => {
  let server: EngineServer;
  let fixture: PostgresFixture;
  let store: PostgresStore;
  let ana: Person;
  before(async function () {
    needsEngine(this, "postgres");
    server = await EngineServer.start("postgres");
  });
  after(() => server?.remove());
  beforeEach(async () => {
    await server.start();
    fixture = await postgresFixture(server);
    store = await fixture.open();
    ana = await enlist(store, "ana");
    await post(store.log, draft(ana, "the first"));
  });
  afterEach(() => store.close());

  /** Calls the store until it answers. */
  const isBack = () => eventually(async () => (await caught(store.log.state())) === undefined, "the store to be back");

  it("every call throws StoreUnavailable while PostgreSQL is unavailable, and one report is made", async () => {
    await server.stop();
    const calls = () => [
      store.log.append([draft(ana, "never")]),
      store.log.state(),
      store.log.read(1, 10),
      store.log.recent(ana.accountId, 10),
      store.log.find(ana.accountId, "r", contentOf(draft(ana, "never"))),
      store.log.history({ accountId: 1, peerId: undefined, beforeId: 9, maxMessages: 9, maxBytes: 9 }),
      store.readMarkers.get(ana.accountId),
      store.readMarkers.advance(ana.accountId, 1),
      store.log.truncate(1),
      store.accounts.create("bob", "hash", NOON),
      store.accounts.find("bob"),
      store.accounts.setPasswordHash(ana.accountId, "another"),
      store.sessions.open({ tokenHash: newTokenHash(), accountId: ana.accountId, at: NOON, expiresAt: NOON + 1 }),
      store.sessions.find(ana.tokenHash),
      store.sessions.touch([ana.sessionId], NOON + 1),
      store.sessions.end(ana.sessionId, true),
      store.sessions.ended([ana.sessionId]),
      store.sessions.purge(NOON + 1, NOON + 1),
      store.roster.arrive({ accountId: ana.accountId, username: ana.username, since: NOON }),
      store.roster.find(ana.username),
      store.roster.page("", 10),
      store.roster.changes(),
      store.failedLogins.find("ana", NOON),
      store.failedLogins.fail("ana", NOON),
      store.failedLogins.clear("ana"),
    ];
    // Twice, because the second calls have no open connection that could turn out to be broken.
    for (const _ of range(1, 2)) {
      const errors = await Promise.all(calls().map(caught));
      for (const error of errors) expect(error).to.be.instanceOf(StoreUnavailable);
    }
    expect(fixture.reports.map(({ message }) => message)).to.have.length(1);
    expect(fixture.reports[0]?.message).to.match(/127\.0\.0\.1:\d+\/obrolan is unavailable: /);

    await server.start();
    await isBack();
    expect(await headOf(store.log)).to.equal(1);
    expect(await store.accounts.find("bob")).to.equal(undefined);
    expect(await store.accounts.find(ana.username)).to.include({ passwordHash: `hash of ${ana.username}` });
    expect(await store.sessions.find(ana.tokenHash)).to.include({ lastUsedAt: NOON });
    expect(await post(store.log, draft(ana, "second"))).to.equal(2);
  });

  for (const [how, end] of [
    ["stopped", () => server.stop()],
    ["killed", () => server.kill()],
  ] as const) {
    it(`a PostgreSQL server ${how} under load loses no accepted message, and repetitions settle the rest`, async () => {
      const accepted: string[] = [];
      let tries = 0;
      let goOn = true;
      const settle = async (batch: readonly MessageDraft[]) => {
        for (;;) {
          tries += 1;
          try {
            await store.log.append(batch);
            for (const { text } of batch) accepted.push(text);
            return;
          } catch (error) {
            if (!(error instanceof OutcomeUnknown) && !(error instanceof StoreUnavailable)) throw error;
            await new Promise((resolve) => setImmediate(resolve));
          }
        }
      };
      const sending = (async () => {
        for (let round = 1; goOn; round++) {
          await settle(range(1, 10).map((i) => draft(ana, `${round}.${i}`, { requestId: `${round}.${i}` })));
        }
      })();
      for (const _ of range(1, 2)) {
        const before = accepted.length;
        await eventually(async () => accepted.length > before + 100, "messages to be accepted");
        await end();
        const triesBefore = tries;
        await eventually(async () => tries > triesBefore + 20, "appends to fail");
        await server.start();
      }
      const before = accepted.length;
      await eventually(async () => accepted.length > before + 100, "messages to be accepted again");
      goOn = false;
      await sending;
      const messages = await messagesAfter(store.log, 1);
      expect(messages.map(({ text }) => text)).to.deep.equal(accepted);
      expect(messages.map(({ id }) => id)).to.deep.equal(range(2, accepted.length + 1));
    });
  }

  it("calls succeed after the server has closed idle connections", async () => {
    await Promise.all(range(1, 8).flatMap(() => [store.log.state(), store.accounts.find("ana")]));
    const ended = await fixture.query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'obrolan %'",
    );
    expect(ended.length).to.be.at.least(6);
    await isBack();
    expect(await post(store.log, draft(ana, "second"))).to.equal(2);
    expect(fixture.reports).to.deep.equal([]);
  });

  it("a store can be closed while PostgreSQL is unavailable", async () => {
    await server.stop();
    const append = caught(store.log.append([draft(ana, "never")]));
    await store.close();
    expect(await append).to.be.instanceOf(StoreUnavailable);
  });

  it("users stay online over an outage of PostgreSQL that outlasts the leases, and no change is reported", async () => {
    const other = await fixture.open();
    const who = { accountId: ana.accountId, username: ana.username, since: NOON };
    await store.roster.arrive(who);
    const { offset: start } = await other.roster.changes();
    // As if the outage outlasted the leases.
    await fixture.query("UPDATE nodes SET lease_until = now() - interval '1 hour'");
    await server.kill();
    await server.start();
    await isBack();
    for (const { roster } of [store, other]) expect((await roster.page("", 10)).users).to.deep.equal([who]);
    const beats = async () => (await fixture.query("SELECT id FROM nodes WHERE lease_until > now()")).length;
    await eventually(async () => (await beats()) === 2, "both leases to be renewed");
    expect(await other.roster.changes(start)).to.deep.equal({ changes: [], offset: start });
    await other.close();
  });
});

describe("A store in PostgreSQL that is closed", () => {
  before(function () {
    needsEngine(this, "postgres");
  });

  it("a closed store has carried out all earlier calls, and refuses later ones", async () => {
    const fixture = await postgresFixture();
    const store = await fixture.open();
    const ana = await enlist(store, "ana");
    const appends = range(1, 20).map((i) => store.log.append([draft(ana, `${i}`)]));
    const reads = range(1, 20).map(() => store.log.state());
    const arrival = store.roster.arrive({ accountId: 1, username: "ana", since: NOON });
    await store.close();
    await store.close();
    expect((await Promise.all(appends)).flat().map(({ kind }) => kind)).to.deep.equal(
      range(1, 20).map(() => "appended"),
    );
    await Promise.all(reads);
    expect(await arrival).to.equal(true);
    for (const late of [
      store.log.append([draft(ana, "late")]),
      store.log.state(),
      store.accounts.find("ana"),
      store.roster.leave(1),
    ]) {
      expect(await caught(late)).to.be.instanceOf(StoreUnavailable);
    }
    await fixture.remove();
  });
});
