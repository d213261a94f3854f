import { expect } from "chai";
import { DEFAULT_TIMINGS } from "../../src/server/common/limits.ts";
import { describeBothWays } from "../support/bothWays.ts";
import { help, join, sendAll, sendTo, typed } from "../support/commands.ts";
import { expectGoodbye, nameOf } from "../support/expect.ts";
import { useFreshServer, useServer } from "../support/server.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

describeBothWays("Welcome", function () {
  this.timeout(60_000);
  const server = useServer({ limits: {} });

  it("welcome comes first and at once, before any request", async () => {
    const ana = await server.person("ana");
    const chat = (await server.connect()).chat(ana.token);
    const welcome = await chat.next("welcome");
    expect(chat.kinds).to.deep.equal(["welcome"]);
    expect(welcome.username).to.equal(ana.username);
    expect(welcome.requestId).to.equal("");
    expect(welcome.logId).to.not.equal("");
    expect(welcome.serverVersion).to.not.equal("");
  });

  it("welcome has the default limits: 4,096 bytes, 10 messages a second, 20 at once, 1,000 recent ones", async () => {
    const ana = await server.person("ana");
    const welcome = await (await server.connect()).chat(ana.token).next("welcome");
    expect(welcome.limits).to.deep.equal({ maxTextBytes: 4096, messagesPerSecond: 10, burst: 20, maxRecent: 1000 });
  });

  it("welcome has the head of the log", async () => {
    // Another node may not know the new head yet.
    server.stayOnOneNode();
    const ana = await server.person("ana");
    const { id } = await (await server.enter(ana)).accept(sendAll("a new head"));
    expect((await (await server.connect()).chat(ana.token).next("welcome")).headId).to.equal(id);
  });

  it("welcome has the same log_id on every stream, and after a restart", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const { logId } = await (await server.connect()).chat(ana.token).next("welcome");
    await server.restart();
    expect((await (await server.connect()).chat(bob.token).next("welcome")).logId).to.equal(logId);
  });
});

describe("Welcome with limits from the settings", function () {
  this.timeout(60_000);
  const limits = { maxTextBytes: 100, messagesPerSecond: 3, burst: 5, maxRecent: 7 };
  const server = useServer({ limits });

  it("welcome has the limits from the settings", async () => {
    const ana = await server.person("ana");
    expect((await (await server.connect()).chat(ana.token).next("welcome")).limits).to.deep.equal(limits);
  });
});

describeBothWays("Join", function () {
  this.timeout(60_000);
  const server = useFreshServer();

  it("a join in an empty log is answered by caught_up with 0 at once, under its request_id", async () => {
    const ana = await server.person("ana");
    const chat = await server.open(ana);
    chat.send(join(), "my join");
    expect(await chat.next("caughtUp")).to.deep.equal({ id: 0n, requestId: "my join" });
    expect(chat.kinds).to.deep.equal(["welcome", "caughtUp"]);
  });

  it("a second join is rejected, and the stream goes on", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { reason, requestId } = await chat.refuse(join({ resumeAfter: 0n }), "second");
    expect([nameOf(reason), requestId]).to.deep.equal(["ALREADY_JOINED", "second"]);
    await chat.accept(sendAll("goes on"));
    expect(chat.received("caughtUp")).to.have.length(1);
  });

  const first = {
    send_all: sendAll("straight in"),
    "send_to (to a name without an account)": sendTo("nobody", "straight in"),
    "send_all with a text that is refused": sendAll(""),
    "a text_command that sends": typed("sendall straight in"),
    "a text_command that asks for help": typed("help"),
    "a text_command that is not a command": typed("dance"),
  };
  for (const [what, command] of Object.entries(first)) {
    it(`a join may be left out before ${what}, which joins with the defaults and is then carried out`, async () => {
      const [ana, bob] = await server.people("ana", "bob");
      await (await server.enter(bob)).accept(sendAll("not replayed"));
      const chat = await server.open(ana);
      await chat.ask(command, "first");
      expect((await chat.next("caughtUp")).requestId).to.equal("");
      expect(await server.online(bob)).to.include(ana.username);
      expect(chat.messages.filter((message) => message.sender === bob.username)).to.deep.equal([]);
      expect(nameOf((await chat.refuse(join())).reason)).to.equal("ALREADY_JOINED");
    });
  }

  it("a help does not join", async () => {
    const ana = await server.person("ana");
    const chat = await server.open(ana);
    await chat.ask(help, "help first");
    expect(await server.online(ana)).to.deep.equal([]);
    chat.send(join(), "then join");
    expect((await chat.next("caughtUp")).requestId).to.equal("then join");
  });

  it("messages of others arrive only after the join: before it there is welcome alone", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.open(ana);
    const { id } = await (await server.enter(bob)).accept(sendAll("unheard"));
    chat.send(join());
    expect((await chat.next("caughtUp")).id).to.equal(id);
    expect(chat.kinds.filter((kind) => kind !== "presence")).to.deep.equal(["welcome", "caughtUp"]);
  });
});

describeBothWays("A stream without a join", function () {
  this.timeout(60_000);
  const stopwatch = manualStopwatch();
  const server = useServer({ stopwatch });
  const JOIN_TIMEOUT = { reason: "JOIN_TIMEOUT", reconnect: true, code: "DEADLINE_EXCEEDED" } as const;

  it("a stream without a join ends with goodbye (JOIN_TIMEOUT), and its client may reconnect", async () => {
    const ana = await server.person("ana");
    const chat = await server.open(ana);
    stopwatch.advance(DEFAULT_TIMINGS.joinTimeoutMs);
    await expectGoodbye(chat, JOIN_TIMEOUT);
    await (await server.enter(ana)).accept(sendAll("back"));
  });

  it("a stream without a join ends with JOIN_TIMEOUT although its client asks for help", async () => {
    const ana = await server.person("ana");
    const chat = await server.open(ana);
    await chat.ask(help);
    stopwatch.advance(DEFAULT_TIMINGS.joinTimeoutMs);
    await expectGoodbye(chat, JOIN_TIMEOUT);
  });

  it("a stream that has joined outlives the join timeout", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const joined = await server.enter(ana);
    const other = await server.open(bob);
    stopwatch.advance(DEFAULT_TIMINGS.joinTimeoutMs);
    await other.end();
    await joined.accept(sendAll("still here"));
  });

  it("a stream without a join brings no user online", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.open(ana);
    expect(await server.online(bob)).to.not.include(ana.username);
    stopwatch.advance(DEFAULT_TIMINGS.joinTimeoutMs);
    await chat.end();
    expect(await server.online(bob)).to.not.include(ana.username);
  });
});
