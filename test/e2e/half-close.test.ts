import { expect } from "chai";
import { describeBothWays } from "../support/bothWays.ts";
import { help, join, sendAll, sendTo } from "../support/commands.ts";
import { Code } from "../support/ending.ts";
import { nameOf } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { useServer } from "../support/server.ts";

describeBothWays("A half-close", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a half-closed call ends with OK and without goodbye", async () => {
    const chat = await server.enter(await server.person("ana"));
    chat.halfClose();
    expect((await chat.end()).code).to.equal(Code.OK);
    expect(chat.kinds).to.not.include("goodbye");
  });

  it("a call that is half-closed before any request ends with OK after welcome", async () => {
    const ana = await server.person("ana");
    const chat = (await server.connect()).chat(ana.token);
    chat.halfClose();
    expect((await chat.end()).code).to.equal(Code.OK);
    expect(chat.kinds).to.deep.equal(["welcome"]);
  });

  it("a call that is half-closed after a help answers the help, and does not join", async () => {
    const ana = await server.person("ana");
    const chat = (await server.connect()).chat(ana.token);
    chat.send(help);
    chat.halfClose();
    expect((await chat.end()).code).to.equal(Code.OK);
    expect(chat.kinds).to.deep.equal(["welcome", "help"]);
  });

  it("a half-closed call answers all commands before the half-close, and delivers every accepted message", async () => {
    const ana = await server.person("ana");
    const chat = (await server.connect()).chat(ana.token);
    chat.send(join(), "join");
    const ids: string[] = [];
    for (let i = 0; i < 300; i++) ids.push(chat.send(sendAll(`${i}`)));
    ids.push(chat.send(sendAll("")), chat.send(help));
    chat.halfClose();
    expect((await chat.end()).code).to.equal(Code.OK);
    const answered = chat.events.map((event) => event.requestId).filter((id) => id !== "" && id !== "join");
    expect(answered).to.deep.equal(ids);
    expect(chat.received("caughtUp")).to.have.length(1);
    expect(chat.messages.map((message) => message.id)).to.deep.equal(chat.received("accepted").map((one) => one.id));
  });

  it("a half-closed call carries out a message that joins in place of a join command", async () => {
    const ana = await server.person("ana");
    const chat = (await server.connect()).chat(ana.token);
    chat.send(sendTo(ana.username, "one shot"), "shot");
    chat.halfClose();
    expect((await chat.end()).code).to.equal(Code.OK);
    // The server may still report that a user of the previous test has left.
    const kinds = chat.kinds.filter((kind) => kind !== "presence");
    expect(kinds.sort()).to.deep.equal(["accepted", "caughtUp", "message", "welcome"]);
  });

  it("a call that is half-closed after a refused message still ends with OK", async () => {
    const ana = await server.person("ana");
    const chat = (await server.connect()).chat(ana.token);
    chat.send(sendTo("nobody", "x"));
    chat.halfClose();
    expect((await chat.end()).code).to.equal(Code.OK);
    expect(nameOf((await chat.next("rejected")).reason)).to.equal("RECIPIENT_UNKNOWN");
    expect(chat.received("caughtUp")).to.have.length(1);
  });
});

describeBothWays("A half-close while others send without a pause", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a half-closed call ends while others keep sending, with every accepted message of its own", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const bobs = await server.enter(bob);
    let talking = true;
    const talk = (async () => {
      while (talking) await Promise.all(Array.from({ length: 20 }, () => bobs.accept(sendAll("on and on"))));
    })();
    for (let i = 0; i < 10; i++) {
      const chat = await server.enter(ana);
      const ids = Array.from({ length: 10 }, () => chat.send(sendAll("and this")));
      chat.halfClose();
      expect((await chat.end()).code).to.equal(Code.OK);
      const accepted = chat.received("accepted");
      expect(accepted.map(({ requestId }) => requestId)).to.deep.equal(ids);
      expect(chat.messages.map(({ id }) => id)).to.include.members(accepted.map(({ id }) => id));
    }
    talking = false;
    await talk;
  });
});

describeBothWays("A half-close during a replay", function () {
  this.timeout(60_000);
  const server = useServer();
  before(async () => {
    await fill(server, chatter(await server.person("bob"), 10_000, 500));
  });

  it("a call that is half-closed during a replay gets the whole replay, then caught_up, then OK", async () => {
    const ana = await server.person("ana");
    const chat = (await server.connect()).chat(ana.token);
    chat.send(join({ resumeAfter: 0n }));
    chat.halfClose();
    expect((await chat.end()).code).to.equal(Code.OK);
    expect(chat.messages.map((message) => Number(message.id))).to.deep.equal(
      Array.from({ length: 10_000 }, (_, i) => i + 1),
    );
    expect(chat.kinds.at(-1)).to.equal("caughtUp");
  });

  it("a half-closed call with a slow reader gets the whole replay and its own message", async () => {
    const ana = await server.person("ana");
    const chat = await server.open(ana);
    chat.pause();
    chat.send(join({ resumeAfter: 0n }));
    chat.send(sendAll("after the replay"), "own");
    chat.halfClose();
    await server.with((wire) => wire.list(ana.token));
    chat.resume();
    expect((await chat.end()).code).to.equal(Code.OK);
    const { id } = await chat.next("accepted");
    expect(chat.messages.at(-1)?.id).to.equal(id);
    expect(chat.messages).to.have.length(Number(id));
    expect(chat.received("caughtUp")).to.have.length(1);
  });
});
