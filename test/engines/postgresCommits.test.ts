import { expect } from "chai";
import pg from "pg";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { PostgresOptions } from "../../src/server/engines/postgres/index.ts";
import { type AppendResult, type Content, contentOf, type Draft } from "../../src/server/log/ports/logStore.ts";
import { needsEngine } from "../support/engineServer.ts";
import { eventually, turns, until } from "../support/eventLoop.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { Random } from "../support/random.ts";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  idsAfter,
  messagesAfter,
  type Person,
  post,
  range,
} from "../support/storeFixture.ts";
import { caught, hold, PostgresNode } from "./postgresNode.ts";

/** Takes the lock that every append takes. */
const LOG = "SELECT FROM log FOR UPDATE";
/** Timeouts that outlast every wait of a call for the test. */
const LONG_TIMEOUTS: Partial<PostgresOptions> = { answerTimeoutMs: 60_000, leaseMs: 60_000 };

/** The ids of the entries that an append has appended. */
function appendedIds(results: readonly AppendResult[]): number[] {
  return results.flatMap((result) => (result.kind === "appended" ? [result.entry.id] : []));
}

describe("PostgresLog", () => {
  before(function () {
    needsEngine(this, "postgres");
  });

  let fixture: PostgresFixture;
  let node: PostgresNode;
  let other: PostgresNode;
  let ana: Person;
  let options = LONG_TIMEOUTS;
  /** Each ends a connection, which may hold locks, also after a test that fails. */
  const holders: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    fixture = await postgresFixture();
    node = await PostgresNode.open(fixture, options);
    other = await PostgresNode.open(fixture, options);
    ana = await enlist(node.store, "ana");
    await post(node.store.log, draft(ana, "the first"));
  });
  afterEach(async () => {
    await Promise.all(holders.splice(0).map((end) => end()));
    await node.close();
    await other.close();
    await fixture.remove();
  });

  const lockWith = async (statement: string) => {
    const lock = await hold(fixture, statement);
    holders.push(lock.release);
    return lock;
  };
  const hello = () => draft(ana, "hello", { requestId: "r" });

  it("an append cut off while it waits for the lock commits later, and its repetition finds it", async () => {
    const lock = await lockWith(LOG);
    const first = caught(node.store.log.append([hello()]));
    await node.waitsForLock("append");
    node.proxy.cut();
    expect(await first).to.be.instanceOf(OutcomeUnknown);
    expect(await headOf(other.store.log)).to.equal(1);
    const again = node.store.log.append([hello()]);
    await node.waitsForLock("append", 2);
    await lock.release();
    expect((await again)[0]).to.include({ kind: "duplicate", id: 2 });
    expect(await idsAfter(other.store.log, 0)).to.deep.equal([1, 2]);
  });

  it("an append that commits after its own repetition stores no duplicate", async () => {
    const link = await node.link("append");
    link.set("up", "keep");
    const first = caught(node.store.log.append([hello(), draft(ana, "and more", { requestId: "s" })]));
    await until(() => link.kept("up") > 0, "the append to reach the proxy");
    link.orphan();
    expect(await first).to.be.instanceOf(OutcomeUnknown);
    const repeated = await node.store.log.append([hello(), draft(ana, "something else", { requestId: "t" })]);
    expect(appendedIds(repeated)).to.deep.equal([2, 3]);
    link.set("up", "pass");
    // The message that was not resent is in the log now: its sender was told that the outcome is unknown.
    await eventually(async () => (await headOf(other.store.log)) >= 4, "PostgreSQL to carry out the held append");
    expect((await messagesAfter(other.store.log, 1)).map(({ text }) => text)).to.deep.equal([
      "hello",
      "something else",
      "and more",
    ]);
    expect((await other.store.log.append([hello()]))[0]).to.include({ kind: "duplicate", id: 2 });
  });

  it("the repetition of an append whose answer was lost is a duplicate", async () => {
    const link = await node.link("append");
    link.set("down", "lose");
    const first = caught(node.store.log.append([hello()]));
    await eventually(async () => (await headOf(other.store.log)) === 2, "the message");
    link.reset();
    expect(await first).to.be.instanceOf(OutcomeUnknown);
    expect((await node.store.log.append([hello()]))[0]).to.include({ kind: "duplicate", id: 2 });
    expect(await headOf(other.store.log)).to.equal(2);
  });

  it("an append whose connection the server ends has an unknown outcome, and the next call works", async () => {
    const lock = await lockWith(LOG);
    const first = caught(node.store.log.append([hello()]));
    await node.waitsForLock("append");
    expect(await node.terminate("append")).to.equal(1);
    expect(await first).to.be.instanceOf(OutcomeUnknown);
    await lock.release();
    expect(appendedIds(await node.store.log.append([hello()]))).to.deep.equal([2]);
  });

  it("a lookup by request id waits for an append with this request id that waits for the lock", async () => {
    const lock = await lockWith(LOG);
    const first = caught(node.store.log.append([hello()]));
    await node.waitsForLock("append");
    node.proxy.cut();
    expect(await first).to.be.instanceOf(OutcomeUnknown);
    const finding = other.store.log.find(ana.accountId, "r", contentOf(hello()));
    await other.waitsForLock("find");
    await lock.release();
    expect(await finding).to.include({ kind: "duplicate", id: 2 });
  });

  it("a batch that fails in the middle appends nothing and leaves no gap in the ids", async () => {
    await fixture.query("ALTER TABLE entries ADD CHECK (text <> 'bad')");
    const batch = [hello(), draft(ana, "bad"), draft(ana, "good")];
    expect(await caught(node.store.log.append(batch))).to.be.instanceOf(StoreUnavailable);
    expect(await node.store.log.state()).to.include({ headId: 1 });
    expect(await node.store.log.find(ana.accountId, "r", contentOf(hello()))).to.equal(undefined);
    expect(await post(node.store.log, hello())).to.equal(2);
  });

  it("a change that fails in the middle of a batch erases nothing", async () => {
    await fixture.query("ALTER TABLE entries ADD CHECK (text <> 'bad')");
    const batch = [edit(ana, 1, "the first, edited"), deletion(ana, 1), draft(ana, "bad")];
    expect(await caught(node.store.log.append(batch))).to.be.instanceOf(StoreUnavailable);
    expect(await other.store.log.read(1, 9))
      .to.have.length(1)
      .and.have.nested.property("[0].text", "the first");
  });

  it("an edit and a deletion cut off before their answer are duplicates when they are repeated", async () => {
    const batch = [edit(ana, 1, "edited", { requestId: "e" }), deletion(ana, 1, { requestId: "d" })];
    const link = await node.link("append");
    link.set("down", "lose");
    const first = caught(node.store.log.append(batch));
    await eventually(async () => (await headOf(other.store.log)) === 3, "the entries");
    link.reset();
    expect(await first).to.be.instanceOf(OutcomeUnknown);
    const repeated = await node.store.log.append(batch);
    expect(repeated.map((result) => result.kind === "duplicate" && result.id)).to.deep.equal([2, 3]);
    expect((await other.store.log.read(1, 9)).map(({ kind }) => kind)).to.deep.equal(["erased", "erased", "deleted"]);
  });

  it("a lookup with a content that no entry can have does not fail", async () => {
    await node.store.log.append([hello(), edit(ana, 1, "edited", { requestId: "e" })]);
    const find = (requestId: string, content: Content) => node.store.log.find(ana.accountId, requestId, content);
    const reused = { kind: "reused" };
    expect(await find("r", contentOf(draft(ana, "hello\0")))).to.deep.equal(reused);
    expect(await find("r", { kind: "message", recipient: "\0", text: "hello", replyTo: 0 })).to.deep.equal(reused);
    expect(await find("r", { kind: "message", recipient: "*", text: "hello", replyTo: 0 })).to.deep.equal(reused);
    expect(await find("e", { kind: "edited", messageId: 1, text: "edited\0" })).to.deep.equal(reused);
    expect(await find("new", contentOf(draft(ana, "\0")))).to.equal(undefined);
  });

  it("ending a session waits for an append that has found the session active", async () => {
    // The trigger holds up the append after it has looked at the session.
    await fixture.query(`
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock(hashtext(current_schema())); RETURN NULL;
      END $$`);
    await fixture.query("CREATE TRIGGER wait AFTER INSERT ON entries EXECUTE FUNCTION wait()");
    const lock = await lockWith("SELECT pg_advisory_xact_lock(hashtext(current_schema()))");
    const append = node.store.log.append([hello()]);
    await node.waitsForLock("append");
    const end = other.store.sessions.end(ana.sessionId, false);
    await other.waitsForLock("write");
    await lock.release();
    expect(appendedIds(await append)).to.deep.equal([2]);
    expect(await end).to.deep.equal([ana.sessionId]);
    expect(await node.store.log.append([hello()])).to.deep.equal([{ kind: "session-ended" }]);
  });

  it("a logout does not take a user offline who has logged in again in the meantime", async () => {
    await other.store.roster.arrive({ accountId: ana.accountId, username: ana.username, since: 0 });
    const roster = await lockWith("SELECT FROM roster_lock FOR UPDATE");
    const end = node.store.sessions.end(ana.sessionId, false);
    await node.waitsForLock("write");
    const SIGN_IN = `INSERT INTO sessions (token_hash, account_id, created_at, expires_at, last_used_at)
      SELECT 'another', id, 0, 0, 0 FROM accounts WHERE id = $1`;
    await fixture.query(SIGN_IN, [ana.accountId]);
    await roster.release();
    expect(await end).to.deep.equal([ana.sessionId]);
    expect(await other.store.roster.find(ana.username)).to.include({ username: ana.username });
  });

  it("an append that commits during a read of the position does not look like a log regression", async () => {
    const { logId } = await node.store.log.state();
    const links = await node.links("read");
    for (const link of links) link.set("down", "keep");
    const look = node.store.log.state();
    await until(() => links.some((link) => link.kept("down") > 0), "the answer");
    expect(await post(node.store.log, draft(ana, "meanwhile"))).to.equal(2);
    for (const link of links) link.set("down", "pass");
    expect(await look).to.deep.equal({ logId, headId: 1, oldestId: 1 });
    expect(await node.store.log.state()).to.deep.equal({ logId, headId: 2, oldestId: 1 });
    expect(fixture.reports).to.deep.equal([]);
  });

  it("an append that is interrupted at random moments and repeated is stored once and in order", async function () {
    this.timeout(60_000);
    const seed = Random.seed();
    const random = new Random(seed);
    const seen = { unknown: 0, unavailable: 0, appended: 0 };
    const settle = async (batch: readonly Draft[]): Promise<void> => {
      for (;;) {
        const append = node.store.log.append(batch);
        const failed = caught(append);
        await turns(random.between(0, 40));
        const fault = random.oneOf(["cut", "end", "none", "none"] as const);
        if (fault === "cut") node.proxy.cut();
        if (fault === "end") await node.terminate("append");
        const error = await failed;
        if (error === undefined) {
          seen.appended += 1;
          return;
        }
        if (error instanceof OutcomeUnknown) seen.unknown += 1;
        else if (error instanceof StoreUnavailable) seen.unavailable += 1;
        else throw error;
      }
    };
    for (const round of range(1, 60)) {
      const size = random.between(1, 20);
      await settle(range(1, size).map((i) => draft(ana, `${round}.${i}`, { requestId: `${round}.${i}` })));
      const messages = (await messagesAfter(other.store.log, 1)).filter(({ text }) => text.startsWith(`${round}.`));
      expect(
        messages.map(({ text }) => text),
        `seed ${seed}`,
      ).to.deep.equal(range(1, size).map((i) => `${round}.${i}`));
    }
    const head = await headOf(other.store.log);
    expect(await idsAfter(other.store.log, 0), `seed ${seed}`).to.deep.equal(range(1, head));
    expect(seen.unknown, `appends with an unknown outcome, seed ${seed}`).to.be.above(0);
  });

  it("an append of a node that reads no answers, as if it was stopped, does not block other nodes", async () => {
    const link = await node.link("append");
    link.set("down", "hold");
    const batch = range(1, 1_000).map((i) => draft(ana, `${i}`, { requestId: `${i}` }));
    const stalled = caught(node.store.log.append(batch));
    await eventually(async () => (await headOf(other.store.log)) === 1_001, "the messages");
    expect(await post(other.store.log, draft(ana, "next"))).to.equal(1_002);
    link.set("down", "pass");
    expect(await stalled).to.equal(undefined);
  });

  describe("with the default timeouts", () => {
    before(() => {
      options = {};
    });
    after(() => {
      options = LONG_TIMEOUTS;
    });

    it("an append that PostgreSQL receives after its deadline appends nothing", async () => {
      const link = await node.link("append");
      link.set("up", "keep");
      const first = caught(node.store.log.append([hello()]));
      await until(() => link.kept("up") > 0, "the append to reach the proxy");
      link.orphan();
      expect(await first).to.be.instanceOf(OutcomeUnknown);
      const ask = async (what: string) => (await fixture.query(`SELECT ${what} AS it`))[0]?.it;
      const [tooLate, began] = [
        await ask("now() + interval '4 seconds'"),
        "(SELECT query_start FROM pg_stat_activity WHERE client_port = ",
      ];
      const beganBefore = await ask(`${began}${link.port})`);
      await eventually(
        async () => ((await ask("clock_timestamp()")) as Date) > (tooLate as Date),
        "four seconds to pass",
      );
      expect(await node.store.log.find(ana.accountId, "r", contentOf(hello()))).to.equal(undefined);
      link.set("up", "pass");
      await eventually(
        async () => String(await ask(`${began}${link.port})`)) !== String(beganBefore),
        "PostgreSQL to carry out the held append",
      );
      expect(await post(other.store.log, draft(ana, "next"))).to.equal(2);
      expect((await messagesAfter(other.store.log, 1)).map(({ text }) => text)).to.deep.equal(["next"]);
    });

    it("an append that times out on the lock appends nothing, but its outcome is unknown", async () => {
      const lock = await lockWith(LOG);
      expect(await caught(node.store.log.append([hello()]))).to.be.instanceOf(OutcomeUnknown);
      await lock.release();
      expect(await headOf(other.store.log)).to.equal(1);
      expect(appendedIds(await node.store.log.append([hello()]))).to.deep.equal([2]);
    });

    it("a message whose commit takes long is neither appended again nor refused on any node", async () => {
      const late = new pg.Client({ connectionString: fixture.url });
      await late.connect();
      holders.push(() => late.end());
      // Like an append whose commit a standby has not confirmed yet: no other transaction sees its message.
      await late.query(`BEGIN; ${LOG}`);
      const INSERT = "INSERT INTO entries (id, sender_id, request_id, text, sent_at) VALUES (2, $1, 'r', 'hello', 0)";
      await late.query(INSERT, [ana.accountId]);
      const settling = [
        caught(node.store.log.append([hello()])),
        caught(other.store.log.find(ana.accountId, "r", contentOf(hello()))),
      ];
      for (const error of await Promise.all(settling)) expect(error).to.be.instanceOf(OutcomeUnknown);
      const waiting = await PostgresNode.open(fixture, LONG_TIMEOUTS);
      holders.push(() => waiting.close());
      const finding = waiting.store.log.find(ana.accountId, "r", contentOf(hello()));
      await waiting.waitsForLock("find");
      await late.query("COMMIT");
      await late.end();
      expect(await finding).to.include({ kind: "duplicate", id: 2 });
      expect(await other.store.log.find(ana.accountId, "another", contentOf(hello()))).to.equal(undefined);
    });

    it("an append over a stalled connection has an unknown outcome, and blocks no other node and no read", async () => {
      const link = await node.link("append");
      link.set("up", "hold");
      link.set("down", "hold");
      const stalled = caught(node.store.log.append([hello()]));
      for (const i of range(2, 20)) expect(await post(other.store.log, draft(ana, `meanwhile ${i}`))).to.equal(i);
      expect(await idsAfter(node.store.log, 0)).to.deep.equal(range(1, 20));
      expect(await stalled).to.be.instanceOf(OutcomeUnknown);
      expect(appendedIds(await node.store.log.append([hello()]))).to.deep.equal([21]);
    });
  });
});
