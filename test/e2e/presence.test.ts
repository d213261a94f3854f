import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { useFreshServer } from "../support/server.ts";

/** All names in the presence events of a stream, in order of arrival. */
function told(chat: ChatStream): { joined: string[]; left: string[] } {
  const events = chat.received("presence");
  return { joined: events.flatMap(({ joined }) => joined), left: events.flatMap(({ left }) => left) };
}

describe("Presence", function () {
  this.timeout(60_000);
  const server = useFreshServer({ timings: { graceMs: 200, presenceWindowMs: 250 } });

  it("presence tells users in the room who has joined and who has left", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana);
    const bobs = await server.enter(bob);
    expect(await anas.next("presence")).to.deep.equal({
      joined: [bob.username],
      left: [],
      reset: false,
      requestId: "",
    });
    bobs.halfClose();
    expect(await anas.next("presence")).to.deep.equal({
      joined: [],
      left: [bob.username],
      reset: false,
      requestId: "",
    });
  });

  it("a presence event alone does not move the cursor", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana);
    await server.enter(bob);
    await anas.next("presence");
    const response = anas.responses.find(({ events }) => events[0]?.event?.$case === "presence");
    expect(response?.cursor).to.equal(0n);
  });

  it("presence tells a user about others, never about themselves", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana);
    const anasToo = await server.enter(ana);
    anasToo.halfClose();
    await server.enter(bob);
    await anas.next("presence", ({ joined }) => joined.includes(bob.username));
    expect(told(anas)).to.deep.equal({ joined: [bob.username], left: [] });
  });

  it("presence merges joins within 250 ms", async () => {
    const watcher = await server.enter(await server.person("watcher"));
    const people = await server.people("p", "q", "r", "s", "t", "u", "v", "w");
    const open = await Promise.all(people.map((person) => server.open(person)));
    for (const chat of open) chat.send(join());
    await watcher.until("the joins of all users", () => told(watcher).joined.length === people.length || undefined);
    expect(told(watcher).joined).to.have.members(people.map((person) => person.username));
    expect(watcher.received("presence").length).to.be.below(people.length);
  });

  it("a presence event never has a name in both lists, and the last event shows the final state", async () => {
    const watcher = await server.enter(await server.person("watcher"));
    const [ana, last] = await server.people("ana", "last");
    for (let i = 0; i < 10; i++) {
      const chat = await server.enter(ana);
      chat.halfClose();
      await chat.end();
    }
    const stays = await server.enter(ana);
    await server.enter(last);
    await watcher.next("presence", ({ joined }) => joined.includes(last.username));
    const events = watcher.received("presence");
    for (const { joined, left } of events) expect(joined.filter((name) => left.includes(name))).to.deep.equal([]);
    const about = events.flatMap(({ joined, left }) => [
      ...joined.map((name) => ({ name, here: true })),
      ...left.map((name) => ({ name, here: false })),
    ]);
    expect(about.findLast(({ name }) => name === ana.username)?.here).to.equal(true);
    await stays.accept(sendAll("still here"));
  });

  it("presence says nothing about the join and the end of a second stream", async () => {
    const [watcher, ana, last] = await server.people("watcher", "ana", "last");
    const watching = await server.enter(watcher);
    await server.enter(ana);
    await watching.next("presence");
    const second = await server.enter(ana);
    second.halfClose();
    await second.end();
    await server.enter(last);
    await watching.next("presence", ({ joined }) => joined.includes(last.username));
    expect(told(watching)).to.deep.equal({ joined: [ana.username, last.username], left: [] });
  });

  it("presence says nothing about a user who returns within their grace", async () => {
    await server.restart({ timings: { graceMs: 60_000, presenceWindowMs: 50 } });
    const [watcher, ana, last] = await server.people("watcher", "ana", "last");
    const watching = await server.enter(watcher);
    const lost = await server.enter(ana);
    await watching.next("presence");
    lost.cancel();
    await lost.end();
    await server.enter(ana);
    await server.enter(last);
    await watching.next("presence", ({ joined }) => joined.includes(last.username));
    expect(told(watching)).to.deep.equal({ joined: [ana.username, last.username], left: [] });
  });

  it("presence says that a user has left when their grace is over", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const anas = await server.enter(ana);
    const bobs = await server.enter(bob);
    await anas.next("presence", ({ joined }) => joined.includes(bob.username));
    bobs.cancel();
    await anas.next("presence", ({ left }) => left.includes(bob.username));
    expect(await server.online(ana)).to.deep.equal([ana.username]);
  });

  it("presence is never replayed: a user who joins hears nothing about users who were there before", async () => {
    const [ana, bob, cid] = await server.people("ana", "bob", "cid");
    const anas = await server.enter(ana);
    const bobs = await server.enter(bob);
    await anas.next("presence");
    bobs.cancel();
    const again = await server.enter(bob, { resumeAfter: 0n });
    await server.enter(cid);
    await again.next("presence", ({ joined }) => joined.includes(cid.username));
    expect(told(again)).to.deep.equal({ joined: [cid.username], left: [] });
  });

  it("presence is reset, with empty lists, if too many changes came for one event", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { accounts, roster, bus } = server.engines;
    // So many that, even if they arrive in two parts, one part is too large.
    const names = Array.from({ length: 300 }, (_, i) => `u${i}`);
    const created = await Promise.all(names.map((name) => accounts.create(name, "the hash of nobody's password", 0)));
    const arrived = created
      .flatMap((account) => account ?? [])
      .map(({ id, username }) => ({ accountId: id, username, since: 0 }));
    await Promise.all(arrived.map((who) => roster.arrive(who)));
    bus.publish({ kind: "presence" });
    const { joined, left } = await chat.next("presence", ({ reset }) => reset);
    expect({ joined, left }).to.deep.equal({ joined: [], left: [] });
    await chat.accept(sendAll("the stream goes on"));
    for (const { size } of chat.responses) expect(size).to.be.at.most(65_536);
  });
});
