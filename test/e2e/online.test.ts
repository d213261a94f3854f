import { expect } from "chai";
import { KEEPALIVE } from "../../src/server/grpcServer.ts";
import { join, sendTo } from "../support/commands.ts";
import { nameOf } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { useFreshServer, useServer } from "../support/server.ts";

describe("The presence of a user", function () {
  this.timeout(60_000);
  // Longer than any of these tests takes, so that no user goes offline because of time.
  const server = useServer({ timings: { graceMs: 60_000 } });

  it("a user is online from the join on, not from welcome", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.open(ana);
    expect(await server.online(bob)).to.not.include(ana.username);
    const bobs = await server.enter(bob);
    expect(nameOf((await bobs.refuse(sendTo(ana.username, "x"))).reason)).to.equal("RECIPIENT_OFFLINE");
    chat.send(join());
    await chat.next("caughtUp");
    expect(await server.online(bob)).to.include(ana.username);
    await bobs.accept(sendTo(ana.username, "x"));
  });

  it("a user is offline, without a grace, when their last stream ends by a half-close", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [one, two] = [await server.enter(ana), await server.enter(ana)];
    const bobs = await server.enter(bob);
    one.halfClose();
    await one.end();
    expect(await server.online(bob)).to.include(ana.username);
    two.halfClose();
    await two.end();
    await bobs.next("presence", ({ left }) => left.includes(ana.username));
    expect(await server.online(bob)).to.not.include(ana.username);
  });

  it("a user whose stream was cancelled stays online within the grace", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    chat.cancel();
    await chat.end();
    expect(await server.online(bob)).to.include(ana.username);
    await (await server.enter(bob)).accept(sendTo(ana.username, "x"));
  });

  it("a user whose stream was cancelled as grpc-js does it stays online within the grace", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    chat.cancelAsGrpcJs();
    await chat.end();
    expect(await server.online(bob)).to.include(ana.username);
  });

  it("a user whose connection was lost stays online within the grace", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const wire = await server.connect();
    const chat = wire.chat(ana.token);
    chat.send(join());
    await chat.next("caughtUp");
    wire.cut();
    await chat.end();
    expect(await server.online(bob)).to.include(ana.username);
  });

  it("a user whose stream broke the protocol stays online within the grace", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    chat.sendBytes(Buffer.from([0xff, 0xff, 0xff]));
    await chat.end();
    expect(await server.online(bob)).to.include(ana.username);
  });

  it("a user who returns within their grace is online since the same time", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const since = async () =>
      (await server.with((wire) => wire.list(ana.token))).users.find((user) => user.username === ana.username)
        ?.onlineSince;
    const before = await since();
    chat.cancel();
    await chat.end();
    await server.enter(ana);
    expect(await since()).to.deep.equal(before);
  });

  it("a lost stream keeps its user online within the grace, although another stream was half-closed", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [lost, ended] = [await server.enter(ana), await server.enter(ana)];
    lost.cancel();
    await lost.end();
    ended.halfClose();
    await ended.end();
    expect(await server.online(bob)).to.include(ana.username);
  });
});

describe("The presence of a user after the grace", function () {
  this.timeout(60_000);
  const server = useFreshServer({ timings: { graceMs: 200 } });

  it("a user is offline when the grace of a lost stream is over", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const bobs = await server.enter(bob);
    const chat = await server.enter(ana);
    await bobs.next("presence", ({ joined }) => joined.includes(ana.username));
    chat.cancel();
    await bobs.next("presence", ({ left }) => left.includes(ana.username));
    expect(await server.online(bob)).to.deep.equal([bob.username]);
    expect(nameOf((await bobs.refuse(sendTo(ana.username, "x"))).reason)).to.equal("RECIPIENT_OFFLINE");
  });
});

describe("A user whose replay is in progress", function () {
  this.timeout(60_000);
  const server = useFreshServer();

  it("a user is online during the replay, before caught_up", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    await fill(server, chatter(bob, 10_000, 1000));
    const bobs = await server.enter(bob);
    const chat = await server.open(ana);
    chat.pause();
    chat.send(join({ resumeAfter: 0n }));
    await bobs.next("presence", ({ joined }) => joined.includes(ana.username));
    expect(await server.online(bob)).to.include(ana.username);
    await bobs.accept(sendTo(ana.username, "still replaying?"));
    expect(chat.kinds).to.not.include("caughtUp");
    chat.resume();
    expect((await chat.next("caughtUp")).id >= 10_000n).to.equal(true);
    await chat.next("message", (message) => message.text === "still replaying?");
  });
});

describe("A connection that has died without a close", function () {
  this.timeout(120_000);
  const server = useFreshServer({ timings: { graceMs: 1 } });

  it("a dead connection is found within 30 s, and its user is then offline @long", async () => {
    expect(KEEPALIVE.timeMs + KEEPALIVE.timeoutMs).to.be.below(30_000);
    const [ana, bob] = await server.people("ana", "bob");
    const network = await Network.start(server.port);
    const wire = await server.connect({ port: Number(network.address.split(":")[1]) });
    const chat = wire.chat(ana.token);
    chat.send(join());
    await chat.next("caughtUp");
    const bobs = await server.open(bob, { deadline: 60_000 });
    bobs.send(join());
    await bobs.next("caughtUp");
    network.deafen();
    await bobs.next("presence", ({ left }) => left.includes(ana.username));
    expect(server.chatServer.stats().streams).to.equal(1);
    await network.close();
  });
});
