import { expect } from "chai";
import { join, sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { withPort } from "../support/engines.ts";
import { expectFailed, expectGoodbye } from "../support/expect.ts";
import { useFreshServer, useServer } from "../support/server.ts";
import { bearer, failure } from "../support/wire.ts";

const DAY = 24 * 60 * 60 * 1000;
const LIST = "/obrolan.v1.ChatService/List";

describe("A session", function () {
  this.timeout(60_000);
  const server = useServer();

  it("List, Logout and Chat require a session", async () => {
    const wire = await server.connect();
    expectFailed(await failure(wire.list()), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await failure(wire.logout()), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await wire.chat().end(), "UNAUTHENTICATED", "SESSION_INVALID");
  });

  it("an unknown token is refused with SESSION_INVALID", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    const wrong = ["", "x", `${ana.token}x`, ana.token.slice(0, -1), ana.token.toUpperCase(), "x".repeat(8000)];
    for (const token of wrong) {
      expectFailed(await failure(wire.list(token)), "UNAUTHENTICATED", "SESSION_INVALID");
    }
  });

  it("a token is accepted as a bearer token and in no other form", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    for (const authorization of [ana.token, `Basic ${ana.token}`, `Bearer${ana.token}`, "Bearer", "Bearer "]) {
      const { ending } = await wire.callBytes(LIST, new Uint8Array(), { authorization });
      expectFailed(ending, "UNAUTHENTICATED", "SESSION_INVALID");
    }
    expect((await wire.callBytes(LIST, new Uint8Array(), bearer(ana.token))).ending.code).to.equal(0);
  });

  it("a Chat with a wrong token ends without welcome and without goodbye", async () => {
    const wire = await server.connect();
    const chat = wire.chat("wrong");
    chat.send(join());
    expectFailed(await chat.end(), "UNAUTHENTICATED", "SESSION_INVALID");
    expect(chat.events).to.deep.equal([]);
  });

  it("a session outlives a restart of the server", async () => {
    const ana = await server.person("ana");
    await server.restart();
    const chat = await server.enter(ana);
    expect((await chat.accept(sendAll("still here"))).duplicate).to.equal(false);
  });
});

describe("A session that lasts a second", function () {
  this.timeout(60_000);
  const time = { now: 0 };
  beforeEach(() => {
    time.now = Date.now();
  });
  const server = useFreshServer({ timings: { sessionLifetimeMs: 1000 }, clock: () => time.now });

  it("a session that expires ends its streams with goodbye (SESSION_EXPIRED), without reconnect", async () => {
    const ana = await server.person("ana");
    const joined = await server.enter(ana);
    const waiting = await server.open(ana);
    time.now += 1000;
    for (const chat of [joined, waiting]) {
      await expectGoodbye(chat, { reason: "SESSION_EXPIRED", reconnect: false, code: "UNAUTHENTICATED" });
    }
    expect(joined.received("goodbye")[0]?.retryAfter).to.equal(undefined);
  });

  it("the token of a session is refused after the session has expired, and not before", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    time.now += 999;
    await wire.list(ana.token);
    time.now += 1;
    expectFailed(await failure(wire.list(ana.token)), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await wire.chat(ana.token).end(), "UNAUTHENTICATED", "SESSION_INVALID");
  });

  it("Login says in expires_at when the session expires", async () => {
    const { expiresAt } = await server.with((wire) => wire.register("ana", "a good password"));
    expect(Number(expiresAt)).to.equal(time.now + 1000);
  });
});

describe("A session that was not used for 7 days", function () {
  this.timeout(60_000);
  const ahead = { days: 0 };
  let touched = Promise.withResolvers<void>();
  const server = useFreshServer({
    clock: () => Date.now() + ahead.days * DAY,
    wrap: (engines) =>
      withPort(engines, "sessions", {
        touch: async (sessionIds, at) => {
          await engines.sessions.touch(sessionIds, at);
          touched.resolve();
        },
      }),
  });
  beforeEach(() => {
    ahead.days = 0;
  });

  it("the token of a session that was not used for 7 days is refused", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    ahead.days = 7.01;
    expectFailed(await failure(wire.list(ana.token)), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await wire.chat(ana.token).end(), "UNAUTHENTICATED", "SESSION_INVALID");
  });

  it("a call counts as use of its session, also after a restart", async () => {
    const ana = await server.person("ana");
    for (let i = 0; i < 3; i++) {
      ahead.days += 6.9;
      touched = Promise.withResolvers<void>();
      await server.with((wire) => wire.list(ana.token));
      await touched.promise;
    }
    await server.restart();
    ahead.days += 6.9;
    await server.with((wire) => wire.list(ana.token));
  });
});

describe("A session with an open stream", function () {
  this.timeout(60_000);
  const time = { now: Date.now() };
  let touched = Promise.withResolvers<void>();
  const server = useServer({
    timings: { sessionIdleMs: 1000 },
    clock: () => time.now,
    wrap: (engines) =>
      withPort(engines, "sessions", {
        touch: async (sessionIds, at) => {
          await engines.sessions.touch(sessionIds, at);
          if (at === time.now) touched.resolve();
        },
      }),
  });

  it("an open stream counts as use of its session, even if it is silent", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    for (let i = 0; i < 3; i++) {
      touched = Promise.withResolvers<void>();
      time.now += 900;
      await within(touched.promise, "the session to be noted as used");
    }
    await server.with((wire) => wire.list(ana.token));
    expect((await chat.accept(sendAll("still here"))).duplicate).to.equal(false);
  });
});
