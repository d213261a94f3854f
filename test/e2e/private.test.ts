import { expect } from "chai";
import { describeBothWays } from "../support/bothWays.ts";
import { sendAll, sendTo } from "../support/commands.ts";
import { expectSentence, nameOf } from "../support/expect.ts";
import { useServer } from "../support/server.ts";

describeBothWays("SendTo", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a private message reaches all streams of its sender and its recipient, and no other user", async () => {
    const [ana, bob, eve] = await server.people("ana", "bob", "eve");
    const theirs = [
      await server.enter(ana),
      await server.enter(ana),
      await server.enter(bob),
      await server.enter(await server.login(bob)),
    ];
    const eves = await server.enter(eve);
    const accepted = await theirs[0]?.accept(sendTo(bob.username, "between us"));
    for (const chat of theirs) {
      expect(await chat.next("message")).to.deep.equal({
        id: accepted?.id,
        sender: ana.username,
        recipient: bob.username,
        text: "between us",
        sentAt: accepted?.sentAt,
        editedAt: undefined,
        replyTo: 0n,
        requestId: "",
      });
    }
    await theirs[0]?.accept(sendAll("for all"));
    await eves.next("message", (message) => message.text === "for all");
    expect(eves.messages).to.have.length(1);
  });

  it("a private message is replayed to its sender and recipient, also by recent, and to no other user", async () => {
    const [ana, bob, eve] = await server.people("ana", "bob", "eve");
    const anas = await server.enter(ana);
    await server.enter(bob);
    const { id } = await anas.accept(sendTo(bob.username, "between us"));
    for (const how of [{ resumeAfter: id - 1n }, { recent: 1 }]) {
      for (const one of [ana, bob]) {
        expect((await server.enter(one, how)).messages.map((message) => message.id)).to.deep.equal([id]);
      }
      const eves = await server.enter(eve, how);
      expect(eves.messages.filter((message) => message.id === id)).to.deep.equal([]);
    }
  });

  it("a private message leaves a gap in the ids that others see", async () => {
    const [ana, bob, eve] = await server.people("ana", "bob", "eve");
    const [anas, eves] = [await server.enter(ana), await server.enter(eve)];
    await server.enter(bob);
    const { id } = await anas.accept(sendAll("one"));
    await anas.accept(sendTo(bob.username, "two"));
    await anas.accept(sendAll("three"));
    await eves.next("message", (message) => message.text === "three");
    expect(eves.messages.map((message) => message.id)).to.deep.equal([id, id + 2n]);
  });

  it("a private message takes upper case in the recipient's name as lower case", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    await anas.accept(sendTo(bob.username.toUpperCase(), "hello"));
    expect((await bobs.next("message")).recipient).to.equal(bob.username);
  });

  it("a private message to oneself is allowed, and comes once on each stream", async () => {
    const ana = await server.person("ana");
    const streams = [await server.enter(ana), await server.enter(ana)];
    const { id } = (await streams[0]?.accept(sendTo(ana.username, "note to self"))) ?? {};
    await streams[0]?.accept(sendAll("for all"));
    for (const chat of streams) {
      await chat.next("message", (message) => message.text === "for all");
      expect(chat.messages.filter((message) => message.text === "note to self").map((one) => one.id)).to.deep.equal([
        id,
      ]);
    }
    const again = await server.enter(ana, { resumeAfter: (id ?? 0n) - 1n });
    expect(again.messages.map((message) => message.text)).to.deep.equal(["note to self", "for all"]);
  });

  for (const name of ["nobody-of-that-name", "", "not a name!", "x".repeat(40_000), "a\u0000b"]) {
    it(`a private message to ${JSON.stringify(name.slice(0, 20))} is rejected with RECIPIENT_UNKNOWN`, async () => {
      const chat = await server.enter(await server.person("ana"));
      const rejected = await chat.refuse(sendTo(name, "hello?"), "unknown");
      expect(nameOf(rejected.reason)).to.equal("RECIPIENT_UNKNOWN");
      expect(rejected.requestId).to.equal("unknown");
      expectSentence(rejected.message);
      await chat.accept(sendAll("the stream goes on"));
    });
  }

  it("a private message to a name with the Kelvin sign for a k is rejected with RECIPIENT_UNKNOWN", async () => {
    const [ana, kim] = await server.people("ana", "kim");
    const chat = await server.enter(ana);
    await server.enter(kim);
    // The Kelvin sign. Its lower case is the letter k.
    const { reason } = await chat.refuse(sendTo(kim.username.replace("k", "\u212a"), "x"));
    expect(nameOf(reason)).to.equal("RECIPIENT_UNKNOWN");
  });

  it("a private message to an offline user is rejected with RECIPIENT_OFFLINE, and the stream goes on", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana);
    const rejected = await anas.refuse(sendTo(bob.username, "hello?"));
    expect(nameOf(rejected.reason)).to.equal("RECIPIENT_OFFLINE");
    expectSentence(rejected.message);
    expect(rejected.message).to.include(bob.username);
    await anas.accept(sendAll("the stream goes on"));
    expect((await server.enter(bob, { recent: 10 })).messages.filter((one) => one.text === "hello?")).to.deep.equal([]);
  });

  it("a private message to a user within their grace is accepted, and is there when they return", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    bobs.cancel();
    await bobs.end();
    await anas.accept(sendTo(bob.username, "while you were away"));
    const again = await server.enter(bob, { resumeAfter: bobs.cursor ?? 0n });
    expect(again.messages.map((message) => message.text)).to.deep.equal(["while you were away"]);
  });

  it("every account can read the public history, also a new one", async () => {
    const ana = await server.person("ana");
    const { id } = await (await server.enter(ana)).accept(sendAll("from before your time"));
    const newcomer = await server.enter(await server.person("new"), { resumeAfter: id - 1n });
    expect(newcomer.messages.map((message) => message.text)).to.deep.equal(["from before your time"]);
  });
});
