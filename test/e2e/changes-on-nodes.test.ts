import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { edit, remove, sendAll, sendTo } from "../support/commands.ts";
import { nameOf } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { NODES } from "../support/fixture.ts";
import { type Person, useServer } from "../support/server.ts";

// With `npm run test:cluster`, connections go to three nodes in turn; alone, all go to the same node.

/** The messages that a client has after applying all of its events, by id. */
function stateOf(chat: ChatStream): Map<bigint, string> {
  const state = new Map<bigint, string>();
  for (const { event } of chat.events) {
    if (event?.$case === "message") state.set(event.value.id, event.value.text);
    if (event?.$case === "edited" && state.has(event.value.messageId)) {
      state.set(event.value.messageId, event.value.text);
    }
    if (event?.$case === "deleted") state.delete(event.value.messageId);
  }
  return state;
}

describe("Edits and deletions at several nodes", function () {
  this.timeout(60_000);
  const server = useServer();

  /** A stream of the user at each node. */
  const atEachNode = async (person: Person, how: { resumeAfter?: bigint } = {}): Promise<ChatStream[]> => {
    const chats: ChatStream[] = [];
    for (let node = 0; node < NODES; node += 1) chats.push(await server.enter(person, how));
    return chats;
  };

  it("every node has an edit and a deletion of another one in its timeline, its history and its streams", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const watching = await atEachNode(bob);
    for (const chat of await atEachNode(ana)) {
      const { id } = await chat.accept(sendAll("edited"));
      const { id: gone } = await chat.accept(sendTo(bob.username, "deleted"));
      await chat.accept(edit(id, "new text"));
      const deletion = await chat.accept(remove(gone));
      for (const stream of await atEachNode(bob, { resumeAfter: id - 1n })) {
        expect([...stateOf(stream)]).to.deep.equal([[id, "new text"]]);
        expect(stream.messages.map(({ text }) => text)).to.deep.equal(["new text"]);
      }
      for (let node = 0; node < NODES; node += 1) {
        expect(await server.history(bob, { pageSize: 1 })).to.deep.equal(["new text"]);
      }
      for (const stream of watching) {
        await stream.next("deleted", (event) => event.id === deletion.id);
        expect(stateOf(stream).get(id)).to.equal("new text");
        expect(stateOf(stream).has(gone)).to.equal(false);
      }
    }
  });

  it("changes of one message on several nodes have one order, and all streams end with the same messages", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chats = [...(await atEachNode(ana)), await server.enter(ana)];
    const watching = await atEachNode(bob);
    const { id: first } = await (chats[0] as ChatStream).accept(sendAll("the first"));
    for (let round = 0; round < 10; round += 1) {
      const [one, two] = [chats[round % NODES], chats[(round + 1) % chats.length]] as [ChatStream, ChatStream];
      const { id } = await one.accept(sendAll("contested"));
      const { id: other } = await two.accept(sendAll("edited twice"));
      const [left, right] = await Promise.all([
        one.ask(remove(id)),
        two.ask(remove(id)),
        one.ask(edit(id, "edited")),
        one.ask(edit(other, "left")),
        two.ask(edit(other, "right")),
      ]);
      const refused = [left, right].flatMap(({ event }) => (event?.$case === "rejected" ? [event.value.reason] : []));
      expect(refused.map(nameOf)).to.deep.equal(["MESSAGE_UNKNOWN"]);
    }
    const last = await (chats[0] as ChatStream).accept(sendAll("the last"));
    const { messages } = await server.with((wire) => wire.history(bob.token, { pageSize: 500 }));
    const now = messages.filter(({ id }) => id >= first).map(({ id, text }) => [id, text]);
    expect(now).to.have.length(12);
    for (const chat of [...watching, ...(await atEachNode(bob, { resumeAfter: first - 1n }))]) {
      await chat.next("message", (message) => message.id === last.id);
      expect([...stateOf(chat)]).to.deep.equal(now);
    }
  });
});

describe("Pages that several nodes have read from the store", function () {
  this.timeout(60_000);
  const COUNT = 2_000;
  // A timeline of a few hundred messages, and a cache for all pages.
  const server = useServer({ sizes: { timelineBytes: 32 * 1024, pageMessages: 256, pageCacheBytes: 8 * 1024 * 1024 } });

  it("no page of any node has a deleted or replaced text after the change was accepted on another node", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    await fill(server, chatter(ana, COUNT));
    const replay = async () => {
      const texts: string[][] = [];
      for (let node = 0; node < NODES; node += 1) {
        const chat = await server.enter(bob, { resumeAfter: 0n });
        texts.push(chat.messages.map(({ text }) => text));
        chat.cancel();
      }
      return texts;
    };
    const [before = []] = await replay();
    expect(before).to.have.length(COUNT);
    const reads = server.chatServer.stats().pageReads;
    expect(reads).to.be.greaterThan(NODES);
    const chat = await server.enter(ana);
    for (let id = 10; id <= COUNT; id += 500) {
      await chat.accept(remove(BigInt(id)));
      await chat.accept(edit(BigInt(id + 1), `new text of ${id + 1}`));
    }
    const after = before.map((text, index) => ((index + 1) % 500 === 11 ? `new text of ${index + 1}` : text));
    const expected = after.filter((_, index) => (index + 1) % 500 !== 10);
    for (const texts of await replay()) expect(texts).to.deep.equal(expected);
    expect(server.chatServer.stats().pageReads, "all pages were cached").to.equal(reads);
  });
});
