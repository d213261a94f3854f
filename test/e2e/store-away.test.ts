import { expect } from "chai";
import { connect } from "../../src/client/index.ts";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { join, sendAll, sendTo } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { Code, millis } from "../support/ending.ts";
import { Gate, gated, whileAway, withPort } from "../support/engines.ts";
import { until } from "../support/eventLoop.ts";
import { expectFailed, expectGoodbye, expectSentence, nameOf } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { checkHealth, Health, watchHealth } from "../support/health.ts";
import { useFreshServer } from "../support/server.ts";
import { isCaughtUp, says, takeUntil, texts } from "../support/takeEvents.ts";
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

  it("a log that cannot be read for a while costs a replaying client at most its stream, never a message", async () => {
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

describe("A store that is unavailable", function () {
  this.timeout(60_000);
  const store = { away: false };
  const appends = new Gate();
  let asked = Promise.withResolvers<void>();
  const server = useFreshServer({
    timings: { graceMs: 200, sessionCheckIntervalMs: 0 },
    wrap: (engines) => {
      const failing = whileAway(engines, () => store.away);
      const holding = { ...failing, log: gated(failing.log, appends, "append") };
      return withPort(holding, "sessions", {
        ended: (sessionIds) => {
          asked.resolve();
          return failing.sessions.ended(sessionIds);
        },
      });
    },
  });
  beforeEach(() => {
    store.away = false;
  });

  it("every call fails with STORE_UNAVAILABLE and a retry_after while the store is unavailable", async () => {
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
      expect(ending.details?.retryAfterMs).to.be.greaterThan(0);
    }
    expectFailed(await wire.chat(ana.token).end(), "UNAVAILABLE", "STORE_UNAVAILABLE");
    store.away = false;
    await wire.list(ana.token);
    await wire.login(ana.username, ana.password);
  });

  it("a private message whose recipient cannot be looked up is rejected, and the stream goes on", async () => {
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

  it("the health of the service is NOT_SERVING without its store, that of the process is SERVING", async () => {
    // Each node checks the store on its own.
    server.stayOnOneNode();
    const wire = await server.connect();
    const service = "obrolan.v1.ChatService";
    const next = watchHealth(wire, service);
    expect(await next()).to.equal(Health.SERVING);
    for (let i = 0; i < 2; i++) {
      store.away = true;
      expect(await next()).to.equal(Health.NOT_SERVING);
      expect(await checkHealth(wire, "")).to.have.property("status", Health.SERVING);
      expect(server.chatServer.stats().storeAnswers).to.equal(false);
      store.away = false;
      expect(await next()).to.equal(Health.SERVING);
      expect(server.chatServer.stats().storeAnswers).to.equal(true);
    }
  });

  it("a server that drains stays NOT_SERVING when its store is available again", async () => {
    const ana = await server.person("ana");
    // The node that waits for the commit in flight. The other nodes stop at once, and no longer check the store.
    server.stayOnOneNode();
    const wire = await server.connect();
    const next = watchHealth(wire, "obrolan.v1.ChatService");
    expect(await next()).to.equal(Health.SERVING);
    const chat = await server.enter(ana);
    // The drain waits for the commit in flight.
    appends.shut();
    chat.send(sendAll("-"));
    await appends.entered();
    store.away = true;
    expect(await next()).to.equal(Health.NOT_SERVING);
    const { chatServer } = server;
    const drained = chatServer.drain();
    store.away = false;
    try {
      await until(() => chatServer.stats().storeAnswers, "the store to be available again");
      expect(await checkHealth(wire, "obrolan.v1.ChatService")).to.have.property("status", Health.NOT_SERVING);
    } finally {
      appends.open();
      await drained;
    }
  });

  it("an unavailable store ends no stream and rejects messages; all goes on when it is available again", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    await anas.accept(sendAll("before"));
    store.away = true;
    const rejected = await anas.refuse(sendAll("meanwhile"), "r");
    expect(nameOf(rejected.reason)).to.equal("STORE_UNAVAILABLE");
    expect(millis(rejected.retryAfter)).to.be.greaterThan(0);
    // Without the store a node cannot know which sessions have ended, so it ends none.
    asked = Promise.withResolvers<void>();
    await within(asked.promise, "the sessions to be asked for");
    store.away = false;
    expect((await anas.accept(sendAll("meanwhile"), "r")).duplicate).to.equal(false);
    await bobs.next("message", ({ text }) => text === "meanwhile");
    expect(bobs.messages.map(({ text }) => text)).to.deep.equal(["before", "meanwhile"]);
    expect(bobs.kinds).to.not.include("goodbye");
  });

  it("a join is rejected while the store is unavailable, and may be sent again on the same stream", async () => {
    const ana = await server.person("ana");
    const chat = await server.open(ana);
    store.away = true;
    const { reason, retryAfter } = await chat.refuse(join(), "j");
    expect(nameOf(reason)).to.equal("STORE_UNAVAILABLE");
    expect(millis(retryAfter)).to.be.greaterThan(0);
    store.away = false;
    chat.send(join(), "k");
    expect((await chat.next("caughtUp")).requestId).to.equal("k");
    expect(await server.online(ana)).to.deep.equal([ana.username]);
  });

  it("an application joins without retries of its own when the store is available again", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana);
    const client = connect({ address: `127.0.0.1:${server.port}` });
    const enter = () => client.enter({ token: bob.token, backoff: { firstMs: 1, maxMs: 20 } });
    const early = enter();
    await takeUntil(early, "the end of the replay", isCaughtUp);
    store.away = true;
    const late = enter();
    try {
      await takeUntil(late, "a first try to fail", ({ kind }) => kind === "disconnected");
      store.away = false;
      await takeUntil(late, "the end of the replay", isCaughtUp);
      await anas.accept(sendAll("back"));
      for (const room of [early, late])
        expect(texts(await takeUntil(room, "the message", says("back")))).to.deep.equal(["back"]);
    } finally {
      early.abort();
      late.abort();
      client.close();
    }
  });
});

describe("A store with an unforeseen fault", function () {
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

  it("an unforeseen fault is INTERNAL and shows the client no cause; the server's log has the cause", async () => {
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

  it("an unforeseen fault during an append leaves the outcome unknown: goodbye, and a resend settles it", async () => {
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
