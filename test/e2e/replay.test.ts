import { expect } from "chai";
import { describeBothWays } from "../support/bothWays.ts";
import { join, sendAll, sendTo } from "../support/commands.ts";
import { chatter, fill } from "../support/fill.ts";
import { useFreshServer, useServer } from "../support/server.ts";

describeBothWays("Replay", function () {
  this.timeout(60_000);
  const server = useFreshServer({ limits: { messagesPerSecond: 0, burst: 0, maxRecent: 10 } });

  /** Sends messages with the texts 1 to `count`, whose ids are the same numbers. */
  async function anaSaid(count: number) {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    for (let i = 1; i <= count; i++) await chat.accept(sendAll(String(i)));
    return { ana, chat };
  }

  function texts(chat: { messages: { text: string }[] }): string[] {
    return chat.messages.map((message) => message.text);
  }

  it("a replay after a cursor brings all later messages, then caught_up", async () => {
    await anaSaid(5);
    const bob = await server.person("bob");
    const chat = await server.enter(bob, { resumeAfter: 2n });
    expect(texts(chat)).to.deep.equal(["3", "4", "5"]);
    expect(chat.kinds).to.deep.equal(["welcome", "message", "message", "message", "caughtUp"]);
    expect(chat.received("caughtUp")[0]?.id).to.equal(5n);
  });

  it("a replay with recent beyond max_recent brings max_recent", async () => {
    await anaSaid(12);
    const bob = await server.person("bob");
    for (const recent of [11, 4_294_967_295]) {
      const chat = await server.enter(bob, { recent });
      expect(texts(chat)).to.deep.equal(["3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]);
    }
  });

  it("a replay with recent counts only what this user may see", async () => {
    const { ana, chat } = await anaSaid(2);
    const [bob, eve] = await server.people("bob", "eve");
    await server.enter(bob);
    for (let i = 0; i < 5; i++) await chat.accept(sendTo(bob.username, `for bob ${i}`));
    await chat.accept(sendAll("last"));
    expect(texts(await server.enter(eve, { recent: 2 }))).to.deep.equal(["2", "last"]);
    expect(texts(await server.enter(bob, { recent: 3 }))).to.deep.equal(["for bob 3", "for bob 4", "last"]);
    expect(texts(await server.enter(ana, { recent: 2 }))).to.deep.equal(["for bob 4", "last"]);
  });

  it("a replay gives each message as it was live: sender, recipient, text and time", async () => {
    const { ana, chat } = await anaSaid(2);
    await chat.accept(sendTo(ana.username, "to myself"));
    await chat.next("message", (message) => message.text === "to myself");
    const replayed = await server.enter(ana, { resumeAfter: 0n });
    expect(replayed.messages).to.deep.equal(chat.messages);
  });

  it("a replay is the same after a restart", async () => {
    const { ana, chat } = await anaSaid(5);
    const { logId } = await (await server.connect()).chat(ana.token).next("welcome");
    await chat.next("message", (message) => message.text === "5");
    const live = chat.messages;
    await server.restart();
    const again = await server.enter(ana, { resumeAfter: 0n, logId });
    expect(again.messages).to.deep.equal(live);
    expect((await again.accept(sendAll("6"))).id).to.equal(6n);
  });

  it("a replay may begin at caught_up.id if no cursor came yet", async () => {
    const { chat } = await anaSaid(3);
    const bob = await server.person("bob");
    const first = await server.open(bob);
    first.send(join());
    const { id } = await first.next("caughtUp");
    first.cancel();
    await chat.accept(sendAll("missed"));
    expect(texts(await server.enter(bob, { resumeAfter: id }))).to.deep.equal(["missed"]);
  });
});

describeBothWays("A long replay", function () {
  this.timeout(60_000);
  const server = useServer();
  before(async () => {
    await fill(server, chatter(await server.person("ana"), 20_000, 100));
  });

  it("a replay is complete and in order, with many messages in a response and none over 64 KiB", async () => {
    const bob = await server.person("bob");
    const chat = await server.enter(bob, { resumeAfter: 0n });
    expect(chat.messages.map((message) => Number(message.id))).to.deep.equal(
      Array.from({ length: 20_000 }, (_, index) => index + 1),
    );
    for (const response of chat.responses) expect(response.size).to.be.at.most(65_536);
    expect(chat.responses.length).to.be.below(1000);
  });
});
