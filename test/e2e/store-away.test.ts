import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/room/ports/engines.ts";
import { join, sendAll, sendTo } from "../support/commands.ts";
import { Code, millis } from "../support/ending.ts";
import { withPort } from "../support/engines.ts";
import { expectFailed, expectGoodbye, expectSentence, nameOf } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { useFreshServer } from "../support/server.ts";
import { failure } from "../support/wire.ts";

const GONE = { reason: "STORE_UNAVAILABLE", reconnect: true, code: "UNAVAILABLE" } as const;

describe("A log that cannot be read for a while", function () {
  this.timeout(60_000);
  const readable = { failures: 0 };
  const server = useFreshServer({
    wrap: (engines) =>
      withPort(engines, "log", {
        read: async (from, to) => {
          if (readable.failures-- > 0) throw new StoreUnavailable("the disk cannot be read");
          return engines.log.read(from, to);
        },
      }),
  });
  beforeEach(() => {
    readable.failures = 0;
  });

  it("costs whoever replays at most their stream, and never a message", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const total = 40_000;
    await fill(server, chatter(ana, total, 500));
    const ids: bigint[] = [];
    let cursor = 0n;
    let caughtUp = false;
    readable.failures = 2;
    while (!caughtUp) {
      const chat = await server.open(bob);
      chat.send(join({ resumeAfter: cursor }));
      const ended = chat.end();
      await Promise.race([chat.next("caughtUp").catch(() => {}), ended]);
      caughtUp = chat.received("caughtUp").length > 0;
      ids.push(...chat.messages.map((message) => message.id));
      cursor = chat.cursor ?? cursor;
      chat.cancel();
      const ending = await ended;
      if (!caughtUp) expectFailed(ending, "UNAVAILABLE", "STORE_UNAVAILABLE");
    }
    expect(ids).to.deep.equal(Array.from({ length: total }, (_, index) => BigInt(index + 1)));
  });
});

describe("A store that is away", function () {
  this.timeout(60_000);
  const store = { away: false };
  const unless = <T>(action: () => Promise<T>): Promise<T> =>
    store.away ? Promise.reject(new StoreUnavailable("the store is away")) : action();
  const server = useFreshServer({
    wrap: (engines) => {
      const { accounts, sessions, roster } = engines;
      let wrapped = withPort(engines, "accounts", {
        create: (...args) => unless(() => accounts.create(...args)),
        find: (name) => unless(() => accounts.find(name)),
      });
      wrapped = withPort(wrapped, "sessions", {
        open: (session) => unless(() => sessions.open(session)),
        find: (hash) => unless(() => sessions.find(hash)),
        end: (...args) => unless(() => sessions.end(...args)),
      });
      return withPort(wrapped, "roster", {
        find: (name) => unless(() => roster.find(name)),
        page: (...args) => unless(() => roster.page(...args)),
      });
    },
  });
  beforeEach(() => {
    store.away = false;
  });

  it("makes every call fail with UNAVAILABLE (STORE_UNAVAILABLE) and how long to wait", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    store.away = true;
    for (const call of [
      () => wire.register("bob", "a good password"),
      () => wire.login(ana.username, ana.password),
      () => wire.list(ana.token),
      () => wire.logout(ana.token),
    ]) {
      const ending = await failure(call());
      expectFailed(ending, "UNAVAILABLE", "STORE_UNAVAILABLE");
      expect(ending.details?.retryAfter).to.be.greaterThan(0);
    }
    expectFailed(await wire.chat(ana.token).end(), "UNAVAILABLE", "STORE_UNAVAILABLE");
    store.away = false;
    await wire.list(ana.token);
    await wire.login(ana.username, ana.password);
  });

  it("rejects a private message whose recipient cannot be looked up, and the stream goes on", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    store.away = true;
    const { reason, retryAfter } = await chat.refuse(sendTo(bob.username, "x"), "r");
    expect(nameOf(reason)).to.equal("STORE_UNAVAILABLE");
    expect(millis(retryAfter)).to.be.greaterThan(0);
    store.away = false;
    expect((await chat.accept(sendTo(bob.username, "x"), "r")).duplicate).to.equal(false);
  });
});

describe("A store with a fault that nobody foresaw", function () {
  this.timeout(60_000);
  const broken = { now: false };
  const logged: unknown[] = [];
  const fault = () => new TypeError("secret: /var/lib/password.ts:1:2 is undefined");
  const server = useFreshServer({
    wrap: (engines) => {
      const wrapped = withPort(engines, "accounts", {
        find: (name) => (broken.now ? Promise.reject(fault()) : engines.accounts.find(name)),
      });
      return withPort(wrapped, "log", {
        append: (batch) => (broken.now ? Promise.reject(fault()) : engines.log.append(batch)),
      });
    },
    logger: { info: () => {}, warn: () => {}, error: (facts) => logged.push(facts) },
  });
  beforeEach(() => {
    broken.now = false;
    logged.splice(0);
  });

  it("is never UNKNOWN and never told to the client; its cause is in the log", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    broken.now = true;
    const ending = await failure(wire.login(ana.username, ana.password));
    expect(ending.code).to.equal(Code.INTERNAL);
    expectSentence(ending.message);
    expect(JSON.stringify(ending)).to.not.include("secret");
    expect(logged).to.have.length(1);
    expect(logged[0]).to.have.nested.property("err.message").that.includes("secret");
  });

  it("in the middle of an append leaves the outcome unknown: goodbye, and sending again settles it", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    broken.now = true;
    chat.send(sendAll("who knows"), "r");
    await expectGoodbye(chat, GONE);
    expect(JSON.stringify(await chat.end())).to.not.include("secret");
    broken.now = false;
    const again = await server.enter(ana);
    expect((await again.accept(sendAll("who knows"), "r")).duplicate).to.equal(false);
  });
});
