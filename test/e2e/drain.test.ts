import { expect } from "chai";
import { describeBothWays } from "../support/bothWays.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { Gate, gated } from "../support/engines.ts";
import { expectFailed, expectGoodbye } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { Health, watchHealth } from "../support/health.ts";
import { type Person, TestServer, useFreshServer } from "../support/server.ts";
import { type Connection, failure } from "../support/wire.ts";

const SHUTTING_DOWN = { reason: "SHUTTING_DOWN", reconnect: true, code: "UNAVAILABLE" } as const;

describeBothWays("A drain", function () {
  this.timeout(60_000);
  const gate = new Gate();
  const server = useFreshServer({
    wrap: (engines) => ({ ...engines, log: gated(engines.log, gate, "append") }),
  });
  afterEach(() => gate.open());

  it("a drain sends goodbye (SHUTTING_DOWN, reconnect) on every stream, joined or not", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const streams = [await server.enter(ana), await server.enter(ana), await server.open(bob)];
    const stopped = server.stop();
    for (const chat of streams) await expectGoodbye(chat, SHUTTING_DOWN);
    await stopped;
  });

  it("a drain sends NOT_SERVING to every client that watches the health", async () => {
    const wire = await server.connect();
    const watches = [watchHealth(wire, ""), watchHealth(wire, "obrolan.v1.ChatService")];
    for (const next of watches) expect(await next()).to.equal(Health.SERVING);
    const stopped = server.stop();
    for (const next of watches) expect(await next()).to.equal(Health.NOT_SERVING);
    await stopped;
  });

  it("a drain loses no accepted message, and each resent command is in the log once", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    for (let i = 0; i < 2000; i++) chat.send(sendAll(`${i}`), `r${i}`);
    await chat.next("accepted");
    await server.stop();
    await expectGoodbye(chat, SHUTTING_DOWN);
    expect(chat.kinds).to.not.include("rejected");
    await server.restart();

    const again = await server.enter(ana, { resumeAfter: 0n });
    const logged = again.messages.map((message) => message.id);
    expect(logged).to.deep.equal(Array.from(logged, (_, index) => BigInt(index + 1)));
    expect(logged).to.include.members(chat.received("accepted").map((accepted) => accepted.id));
    for (let i = 0; i < 2000; i++) again.send(sendAll(`${i}`), `r${i}`);
    await again.next("accepted", ({ requestId }) => requestId === "r1999");
    const ids = again.received("accepted").map((accepted) => accepted.id);
    expect(ids).to.deep.equal(Array.from({ length: 2000 }, (_, index) => BigInt(index + 1)));
  });

  it("a drain waits for a commit in flight, and answers it before goodbye", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    gate.shut();
    chat.send(sendAll("just in time"), "r");
    await gate.entered();
    const stopped = server.stop();
    gate.open();
    await expectGoodbye(chat, SHUTTING_DOWN);
    await stopped;
    expect(chat.received("accepted").map(({ requestId }) => requestId)).to.deep.equal(["r"]);
  });

  it("a drain may be requested twice", async () => {
    await server.person("ana");
    const { chatServer } = server;
    await Promise.all([chatServer.drain(), chatServer.drain()]);
    await chatServer.drain();
  });

  it("a client that reconnects after a drain and a restart gets every message that it missed", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    await anas.accept(sendAll("before"));
    await bobs.next("message");
    await server.restart();
    const again = await server.enter(ana);
    await again.accept(sendAll("after"));
    const back = await server.enter(bob, { resumeAfter: bobs.cursor ?? 0n });
    expect(back.messages.map((message) => message.text)).to.deep.equal(["after"]);
  });
});

/**
 * Opens a joined stream whose client does not read. All clients stay on its node: the drain of another node would have
 * no stream to wait for.
 */
async function enterDeaf(server: TestServer): Promise<{ ana: Person; deaf: ChatStream; wire: Connection }> {
  const ana = await server.person("ana");
  await fill(server, chatter(ana, 3000, 1000));
  server.stayOnOneNode();
  const wire = await server.connect();
  const deaf = await server.open(ana);
  deaf.pause();
  deaf.send(join({ resumeAfter: 0n }));
  while (server.chatServer.stats().readers === 0) await wire.list(ana.token);
  return { ana, deaf, wire };
}

describeBothWays("A drain that waits for a client that does not read the goodbye", function () {
  this.timeout(60_000);
  const server = useFreshServer({ timings: { drainTimeoutMs: 60_000 } });

  it("a drain refuses all calls while it waits, and ends when the last stream has ended", async () => {
    const { ana, deaf, wire } = await enterDeaf(server);
    const other = await server.enter(ana);
    const stopped = server.stop();
    await expectGoodbye(other, SHUTTING_DOWN);
    for (const call of [
      () => wire.register("bob", "a good password"),
      () => wire.login(ana.username, ana.password),
      () => wire.list(ana.token),
      () => wire.logout(ana.token),
    ]) {
      expectFailed(await failure(call()), "UNAVAILABLE", "SHUTTING_DOWN");
    }
    expectFailed(await wire.chat(ana.token).end(), "UNAVAILABLE", "SHUTTING_DOWN");
    deaf.cancel();
    await stopped;
  });
});

describeBothWays("A drain whose time is over", function () {
  this.timeout(60_000);
  const server = useFreshServer({ timings: { drainTimeoutMs: 1000 } });

  it("a drain ends at its limit although a client has not read the goodbye", async () => {
    const { deaf } = await enterDeaf(server);
    await server.stop();
    expect(deaf.kinds).to.not.include("goodbye");
  });
});

describe("A server without any client", function () {
  this.timeout(60_000);

  it("a server that never had a client drains at once", async () => {
    const server = await TestServer.start();
    await server.close();
  });
});
