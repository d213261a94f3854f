import { expect } from "chai";
import { join, sendAll } from "../support/commands.ts";
import { chatter, fill } from "../support/fill.ts";
import { type Person, useFreshServer } from "../support/server.ts";

describe("MarkRead", function () {
  this.timeout(60_000);
  const server = useFreshServer();

  async function markRead(person: Person, request: { upToId?: bigint; logId?: string } = {}): Promise<bigint> {
    return (await server.with((wire) => wire.markRead(person.token, request))).readUpTo;
  }

  it("the marker moves forward only, at most to the head, and 0 or another log's id only asks", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    await fill(server, chatter(ana, 10));
    const { logId } = await (await server.connect()).chat(ana.token).next("welcome");
    expect(await markRead(ana)).to.equal(0n);
    expect(await markRead(ana, { upToId: 4n, logId })).to.equal(4n);
    expect(await markRead(ana, { upToId: 3n })).to.equal(4n);
    expect(await markRead(ana)).to.equal(4n);
    expect(await markRead(ana, { upToId: 9n, logId: "another-log" })).to.equal(4n);
    expect(await markRead(await server.login(ana), { upToId: 2n ** 63n })).to.equal(10n);
    expect(await markRead(bob)).to.equal(0n);
  });

  it("the marker of an account is in each welcome, also after a restart", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("one"));
    await markRead(ana, { upToId: id });
    await server.restart();
    const other = (await server.connect()).chat((await server.login(ana)).token);
    expect((await other.next("welcome")).readUpTo).to.equal(id);
    expect(await markRead(ana)).to.equal(id);
  });

  it("read reaches each joined stream of the account when the marker moves, has no id and moves no cursor", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chats = [await server.enter(ana), await server.enter(await server.login(ana))] as const;
    const bobs = await server.enter(bob);
    await chats[0].accept(sendAll("one"));
    const two = await chats[0].accept(sendAll("two"));
    for (const upToId of [1n, 1n, 2n, 1n]) await markRead(ana, { upToId });
    for (const chat of chats) {
      await chat.next("read", (read) => read.upToId === 2n);
      const told = chat.received("read").map(({ upToId }) => upToId);
      expect(told).to.deep.equal([...new Set(told)]);
      const response = chat.responses.find(({ events }) => events[0]?.event?.$case === "read");
      expect(response?.cursor).to.equal(0n);
    }
    const replayed = await server.enter(ana, { resumeAfter: 0n });
    expect(replayed.messages.map(({ id }) => id)).to.deep.equal([1n, two.id]);
    const last = await bobs.accept(sendAll("last"));
    for (const chat of [bobs, replayed]) {
      await chat.next("message", (message) => message.id === last.id);
      expect(chat.received("read")).to.deep.equal([]);
    }
  });

  it("a stream is told after its join if the marker moved since its welcome", async () => {
    const ana = await server.person("ana");
    await fill(server, chatter(ana, 3));
    const chat = await server.open(ana);
    await markRead(ana, { upToId: 2n });
    chat.send(join());
    expect((await chat.next("read")).upToId).to.equal(2n);
  });
});
