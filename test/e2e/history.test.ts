import { expect } from "chai";
import { edit, remove, sendAll, sendTo } from "../support/commands.ts";
import { Gate, withPort } from "../support/engines.ts";
import { until } from "../support/eventLoop.ts";
import { expectFailed } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { type Person, type TestServer, useFreshServer, useServer } from "../support/server.ts";
import { failure } from "../support/wire.ts";

/** All texts that a user finds by following `next_before_id`, page by page, oldest first in each page. */
async function pagesOf(server: TestServer, person: Person, request: { peer?: string; pageSize: number }) {
  const pages: string[][] = [];
  for (let beforeId = 0n; ; ) {
    const page = await server.with((wire) => wire.history(person.token, { ...request, beforeId }));
    pages.push(page.messages.map(({ text }) => text));
    if (page.nextBeforeId === 0n) return pages;
    expect(page.nextBeforeId).to.equal(page.messages[0]?.id);
    beforeId = page.nextBeforeId;
  }
}

describe("History", function () {
  this.timeout(60_000);
  const server = useFreshServer();

  it("pages go backwards through what the caller may see, each in order of id, and the last one says 0", async () => {
    const [ana, bob, eve] = await server.people("ana", "bob", "eve");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    for (let i = 1; i <= 7; i += 1) await anas.accept(sendAll(`${i}`));
    const deleted = await anas.accept(sendAll("deleted"));
    await bobs.accept(sendTo(ana.username, "to ana"));
    const edited = await bobs.accept(sendAll("helo"));
    await bobs.accept(edit(edited.id, "hello"));
    await anas.accept(remove(deleted.id));
    expect(await pagesOf(server, ana, { pageSize: 3 })).to.deep.equal([
      ["7", "to ana", "hello"],
      ["4", "5", "6"],
      ["1", "2", "3"],
    ]);
    expect(await pagesOf(server, eve, { pageSize: 5 })).to.deep.equal([
      ["4", "5", "6", "7", "hello"],
      ["1", "2", "3"],
    ]);
  });

  it("before_id 0, and one beyond the head, begin with the newest message", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("one"));
    await chat.accept(sendAll("two"));
    for (const beforeId of [0n, id + 2n, id + 3n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(await server.history(ana, { beforeId })).to.deep.equal(["one", "two"]);
    }
    expect(await server.history(ana, { beforeId: id + 1n })).to.deep.equal(["one"]);
    expect(await server.history(ana, { beforeId: id })).to.deep.equal([]);
  });

  it("a page has 50 messages for a page_size of 0 or less, and at most 500", async () => {
    const ana = await server.person("ana");
    await fill(server, chatter(ana, 600));
    await server.enter(ana);
    for (const [pageSize, length] of [
      [0, 50],
      [-1, 50],
      [-(2 ** 31), 50],
      [1, 1],
      [500, 500],
      [501, 500],
      [2 ** 31 - 1, 500],
    ] as const) {
      expect(await server.history(ana, { pageSize }), `page_size ${pageSize}`).to.have.length(length);
    }
  });

  it("a page ends before 1 MiB, and the next one goes on where it ends", async () => {
    const ana = await server.person("ana");
    await fill(server, chatter(ana, 300, 4_096));
    const { messages, nextBeforeId } = await server.with((wire) => wire.history(ana.token, { pageSize: 500 }));
    expect(messages.length).to.be.within(200, 256);
    expect(nextBeforeId).to.equal(messages[0]?.id);
    const older = await server.history(ana, { pageSize: 500, beforeId: nextBeforeId });
    expect(older.length + messages.length).to.equal(300);
  });

  it("a peer gives the private messages with that user, in both directions, with the newest texts", async () => {
    const [ana, bob, eve] = await server.people("ana", "bob", "eve");
    const [anas, bobs, eves] = [await server.enter(ana), await server.enter(bob), await server.enter(eve)];
    const { id } = await anas.accept(sendTo(bob.username, "helo bob"));
    await bobs.accept(sendTo(ana.username, "hello ana"));
    await bobs.accept(sendTo(eve.username, "hello eve"));
    await anas.accept(sendAll("hello all"));
    await anas.accept(sendTo(ana.username, "a note"));
    await anas.accept(edit(id, "hello bob"));
    const gone = await eves.accept(sendTo(ana.username, "oops"));
    await eves.accept(remove(gone.id));
    const withPeer = (person: Person, peer: string) => pagesOf(server, person, { peer, pageSize: 5 });
    expect(await withPeer(ana, bob.username)).to.deep.equal([["hello bob", "hello ana"]]);
    expect(await withPeer(bob, ana.username.toUpperCase())).to.deep.equal([["hello bob", "hello ana"]]);
    expect(await withPeer(ana, ana.username)).to.deep.equal([["a note"]]);
    expect(await withPeer(bob, bob.username)).to.deep.equal([[]]);
    expect(await withPeer(ana, eve.username)).to.deep.equal([[]]);
    for (const unknown of ["nobody", "no name!", "a\u0000b", "x".repeat(10_000)]) {
      expect(await withPeer(ana, unknown), unknown.slice(0, 10)).to.deep.equal([[]]);
    }
  });

  it("history ends where the log was truncated, with next_before_id 0", async () => {
    const ana = await server.person("ana");
    await fill(server, chatter(ana, 10));
    await server.engines.log.truncate(5);
    const { messages, nextBeforeId } = await server.with((wire) => wire.history(ana.token));
    expect(messages.map((message) => Number(message.id))).to.deep.equal([5, 6, 7, 8, 9, 10]);
    expect(nextBeforeId).to.equal(0n);
    expect(await server.history(ana, { beforeId: 5n })).to.deep.equal([]);
  });

  it("a message stands in the history as soon as it is accepted, and its edit and deletion too", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    const { id } = await chat.accept(sendAll("helo"));
    expect(await server.history(ana)).to.deep.equal(["helo"]);
    await chat.accept(edit(id, "hello"));
    expect(await server.history(ana)).to.deep.equal(["hello"]);
    await chat.accept(remove(id));
    expect(await server.history(ana)).to.deep.equal([]);
  });
});

describe("History and MarkRead without a session, and too many of them", function () {
  this.timeout(60_000);
  const gate = new Gate();
  let asked = 0;
  const server = useServer({
    wrap: (engines) =>
      withPort(engines, "log", {
        history: async (query) => {
          asked += 1;
          await gate.pass();
          return engines.log.history(query);
        },
      }),
  });
  afterEach(() => gate.open());

  it("History and MarkRead without a token, or with a wrong one, fail with SESSION_INVALID", async () => {
    const wire = await server.connect();
    for (const token of [undefined, "obrolan_wrong"]) {
      for (const call of [wire.history(token), wire.markRead(token)]) {
        expectFailed(await failure(call), "UNAUTHENTICATED", "SESSION_INVALID");
      }
    }
  });

  it("more calls of History and MarkRead of one account than a few at once fail with OVERLOADED", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    server.stayOnOneNode();
    const wire = await server.connect();
    gate.shut();
    asked = 0;
    const pages = Array.from({ length: 4 }, () => wire.history(ana.token));
    await until(() => asked === 4, "four calls to wait for the store");
    for (const call of [() => wire.history(ana.token), () => wire.markRead(ana.token)]) {
      const ending = await failure(call());
      expectFailed(ending, "RESOURCE_EXHAUSTED", "OVERLOADED");
      expect(ending.details?.retryAfterMs).to.be.greaterThan(0);
    }
    expect((await wire.markRead(bob.token)).readUpTo).to.equal(0n);
    gate.open();
    for (const page of pages) expect((await page).messages).to.deep.equal([]);
    expect((await wire.markRead(ana.token)).readUpTo).to.equal(0n);
  });
});
