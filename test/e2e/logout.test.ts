import { expect } from "chai";
import { describeBothWays } from "../support/bothWays.ts";
import { join, sendAll, sendTo } from "../support/commands.ts";
import { Gate, gated } from "../support/engines.ts";
import { expectFailed, expectGoodbye, nameOf } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { useFreshServer, useServer } from "../support/server.ts";
import { failure } from "../support/wire.ts";

const LOGGED_OUT = { reason: "LOGGED_OUT", reconnect: false, code: "OK" } as const;

describeBothWays("Logout", function () {
  this.timeout(60_000);
  const server = useServer();

  it("Logout ends all streams of the session with goodbye (LOGGED_OUT), then OK", async () => {
    const ana = await server.person("ana");
    const streams = [await server.enter(ana), await server.enter(ana), await server.open(ana)];
    await server.with((wire) => wire.logout(ana.token));
    for (const chat of streams) await expectGoodbye(chat, LOGGED_OUT);
    expect(streams[0]?.received("goodbye")[0]?.retryAfter).to.equal(undefined);
  });

  it("Logout makes its token worthless, and the account can log in again", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    await wire.logout(ana.token);
    expectFailed(await failure(wire.list(ana.token)), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await failure(wire.logout(ana.token)), "UNAUTHENTICATED", "SESSION_INVALID");
    expectFailed(await wire.chat(ana.token).end(), "UNAUTHENTICATED", "SESSION_INVALID");
    const again = await server.enter(await server.login(ana));
    await again.accept(sendAll("back again"));
  });

  it("a Logout still holds after a restart", async () => {
    const ana = await server.person("ana");
    await server.with((wire) => wire.logout(ana.token));
    await server.restart();
    const wire = await server.connect();
    expectFailed(await failure(wire.list(ana.token)), "UNAUTHENTICATED", "SESSION_INVALID");
  });

  it("Logout leaves the user's other sessions as they are", async () => {
    const ana = await server.person("ana");
    const other = await server.enter(await server.login(ana));
    await server.enter(ana);
    await server.with((wire) => wire.logout(ana.token));
    await other.accept(sendAll("the other one goes on"));
  });

  it("Logout everywhere ends all sessions of the user, and of no other user", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const second = await server.login(ana);
    const streams = [await server.enter(ana), await server.enter(second)];
    const bobs = await server.enter(bob);
    const wire = await server.connect();
    await wire.logout(ana.token, true);
    for (const chat of streams) await expectGoodbye(chat, LOGGED_OUT);
    expectFailed(await failure(wire.list(second.token)), "UNAUTHENTICATED", "SESSION_INVALID");
    await bobs.accept(sendAll("bob goes on"));
  });

  it("the user is off List, without a grace, when Logout returns", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    await server.enter(ana);
    await server.enter(ana);
    const bobs = await server.enter(bob);
    await server.with((wire) => wire.logout(ana.token));
    expect(await server.online(bob)).to.not.include(ana.username);
    const { reason } = await bobs.refuse(sendTo(ana.username, "still there?"));
    expect(nameOf(reason)).to.equal("RECIPIENT_OFFLINE");
  });

  it("Logout ends the grace of a stream that was lost before", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    chat.cancel();
    await chat.end();
    await server.with((wire) => wire.logout(ana.token));
    expect(await server.online(bob)).to.not.include(ana.username);
  });

  it("Logout leaves the user online if a stream of another session is joined", async () => {
    const ana = await server.person("ana");
    const second = await server.login(ana);
    await server.enter(ana);
    await server.enter(second);
    await server.with((wire) => wire.logout(ana.token));
    expect(await server.online(second)).to.include(ana.username);
  });

  it("no message of the session is appended after Logout has returned", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.open(ana);
    chat.send(join());
    let sent = 0;
    const sendOne = () => chat.send(sendAll(`message ${++sent}`));
    for (let i = 0; i < 3000; i++) sendOne();
    await chat.next("accepted");
    const sendOn = async () => {
      for (;;) {
        sendOne();
        await chat.next("accepted");
      }
    };
    // Sends until the goodbye, whatever the logout takes. The loop ends with the stream.
    sendOn().catch(() => {});
    await server.with((wire) => wire.logout(ana.token));
    // The state of the store, because a node may not know all of it yet.
    const { headId } = await server.engines.log.state();
    await expectGoodbye(chat, LOGGED_OUT);

    const bobs = await server.enter(bob, { resumeAfter: 0n });
    const ids = bobs.messages.filter((message) => message.sender === ana.username).map((message) => message.id);
    expect(ids.length).to.be.within(1, sent - 1);
    expect(ids.every((id) => id <= headId)).to.equal(true);
    const inLog = new Set(ids);
    expect(chat.received("accepted").filter(({ id }) => !inLog.has(id))).to.deep.equal([]);
  });
});

describeBothWays("Logout of a session whose stream is not read", function () {
  this.timeout(60_000);
  const server = useFreshServer();

  it("a logged-out stream that was not read gets no later message, and ends with goodbye when it reads", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    await fill(server, chatter(bob, 3000, 1000));
    const bobs = await server.enter(bob);
    const wire = await server.connect();
    const [chat, other] = [wire.chat(ana.token), wire.chat(ana.token)];
    await Promise.all([chat.next("welcome"), other.next("welcome")]);
    chat.pause();
    chat.send(join({ resumeAfter: 0n }));
    await bobs.next("presence", ({ joined }) => joined.includes(ana.username));
    await server.with((elsewhere) => elsewhere.logout(ana.token));
    // By then the node of the two streams knows of the logout, which another node may have carried out.
    await expectGoodbye(other, LOGGED_OUT);
    const { id } = await bobs.accept(sendAll("not for a user who has left"));
    chat.resume();
    await expectGoodbye(chat, LOGGED_OUT);
    expect(chat.messages.filter((message) => message.id >= id)).to.deep.equal([]);
  });
});

describe("Logout while a commit is in flight", function () {
  this.timeout(60_000);
  const gate = new Gate();
  const server = useFreshServer({
    wrap: (engines) => ({ ...engines, log: gated(engines.log, gate, "append") }),
  });
  afterEach(() => gate.open());

  it("a message that had not reached the log at Logout stays out, and the stream ends with goodbye", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    gate.shut();
    for (let i = 0; i < 5; i++) chat.send(sendAll(`too late ${i}`));
    await gate.entered();
    await server.with((wire) => wire.logout(ana.token));
    gate.open();
    await expectGoodbye(chat, LOGGED_OUT);
    const bobs = await server.enter(bob, { resumeAfter: 0n });
    expect(bobs.messages).to.deep.equal([]);
    expect(chat.received("accepted")).to.deep.equal([]);
  });
});
