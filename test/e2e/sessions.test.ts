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

  it("is asked for by List, Logout and Chat", async () => {
    const wire = await server.connect();
    expectFailed(await failure(wire.list()), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await failure(wire.logout()), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await wire.chat().end(), "UNAUTHENTICATED", "SESSION_INVALID");
  });

  it("is not found by a token that was never given out", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    const wrong = ["", "x", `${ana.token}x`, ana.token.slice(0, -1), ana.token.toUpperCase(), "x".repeat(8000)];
    for (const token of wrong) {
      expectFailed(await failure(wire.list(token)), "UNAUTHENTICATED", "SESSION_INVALID");
    }
  });

  it("is given as a bearer token and in no other way", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    for (const authorization of [ana.token, `Basic ${ana.token}`, `Bearer${ana.token}`, "Bearer", "Bearer "]) {
      const { ending } = await wire.callBytes(LIST, new Uint8Array(), { authorization });
      expectFailed(ending, "UNAUTHENTICATED", "SESSION_INVALID");
    }
    expect((await wire.callBytes(LIST, new Uint8Array(), bearer(ana.token))).ending.code).to.equal(0);
  });

  it("that is wrong ends a Chat without welcome and without goodbye", async () => {
    const wire = await server.connect();
    const chat = wire.chat("wrong");
    chat.send(join());
    expectFailed(await chat.end(), "UNAUTHENTICATED", "SESSION_INVALID");
    expect(chat.events).to.deep.equal([]);
  });

  it("outlives a restart of the server", async () => {
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

  it("ends its streams with goodbye (SESSION_EXPIRED), and they need not come back", async () => {
    const ana = await server.person("ana");
    const joined = await server.enter(ana);
    const waiting = await server.open(ana);
    time.now += 1000;
    for (const chat of [joined, waiting]) {
      await expectGoodbye(chat, { reason: "SESSION_EXPIRED", reconnect: false, code: "UNAUTHENTICATED" });
    }
    expect(joined.received("goodbye")[0]?.retryAfter).to.equal(undefined);
  });

  it("is worth nothing afterwards, and until then what it was", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    time.now += 999;
    await wire.list(ana.token);
    time.now += 1;
    expectFailed(await failure(wire.list(ana.token)), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await wire.chat(ana.token).end(), "UNAUTHENTICATED", "SESSION_INVALID");
  });

  it("tells in expires_at when that will be", async () => {
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

  it("is worth nothing", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    ahead.days = 7.01;
    expectFailed(await failure(wire.list(ana.token)), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await wire.chat(ana.token).end(), "UNAUTHENTICATED", "SESSION_INVALID");
  });

  it("was used by every call, also in the eyes of a server that was started since", async () => {
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

  it("is in use, though nothing is said on it", async () => {
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
