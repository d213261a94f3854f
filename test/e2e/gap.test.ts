import { expect } from "chai";
import type { ChatStream } from "../support/chat-stream.ts";
import { join, sendAll } from "../support/commands.ts";
import { chatter, fill } from "../support/fill.ts";
import { type Person, type TestServer, useFreshServer, useServer } from "../support/server.ts";

async function say(server: TestServer, who: Person, count: number): Promise<void> {
  const chat = await server.enter(who);
  for (let i = 1; i <= count; i++) await chat.accept(sendAll(String(i)));
}

async function logIdOf(server: TestServer, who: Person): Promise<string> {
  return (await (await server.connect()).chat(who.token).next("welcome")).logId;
}

function ids(chat: ChatStream): number[] {
  return chat.messages.map((message) => Number(message.id));
}

/** The response with the gap sets the cursor to `oldest_id - 1`, or beyond where it has messages behind the gap too. */
function expectGap(chat: ChatStream, oldestId: bigint): void {
  expect(chat.received("gap")).to.deep.equal([{ oldestId, requestId: "" }]);
  const response = chat.responses.find(({ events }) => events.some(({ event }) => event?.$case === "gap"));
  const behind = response?.events.flatMap(({ event }) => (event?.$case === "message" ? [event.value.id] : [])) ?? [];
  expect(response?.cursor).to.equal(behind.at(-1) ?? oldestId - 1n);
}

describe("Gap, in a log that has forgotten nothing", function () {
  this.timeout(60_000);
  const server = useServer();
  let ana: Person;
  before(async () => {
    ana = await server.person("ana");
    await say(server, ana, 4);
  });

  it("does not come where the cursor and the log_id are this log's", async () => {
    const chat = await server.enter(ana, { resumeAfter: 2n, logId: await logIdOf(server, ana) });
    expect(chat.received("gap")).to.deep.equal([]);
    expect(ids(chat)).to.deep.equal([3, 4]);
  });

  it("does not come where log_id is empty, which is not compared", async () => {
    const chat = await server.enter(ana, { resumeAfter: 2n, logId: "" });
    expect(chat.kinds).to.not.include("gap");
    expect(ids(chat)).to.deep.equal([3, 4]);
  });

  it("comes where log_id is another log's; the replay then begins at the oldest message", async () => {
    const chat = await server.enter(ana, { resumeAfter: 2n, logId: "another log" });
    expect(chat.kinds).to.deep.equal(["welcome", "gap", "message", "message", "message", "message", "caughtUp"]);
    expectGap(chat, 1n);
    expect(ids(chat)).to.deep.equal([1, 2, 3, 4]);
  });

  it("does not come for another log's log_id without resume_after, which means nothing", async () => {
    const chat = await server.enter(ana, { recent: 2, logId: "another log" });
    expect(chat.kinds).to.not.include("gap");
    expect(ids(chat)).to.deep.equal([3, 4]);
  });

  for (const resumeAfter of [5n, 1_000_000n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
    it(`comes where resume_after is ${resumeAfter}, beyond a head of 4`, async () => {
      const chat = await server.enter(ana, { resumeAfter });
      expectGap(chat, 1n);
      expect(ids(chat)).to.deep.equal([1, 2, 3, 4]);
      expect(chat.received("caughtUp")).to.have.length(1);
    });
  }
});

describe("Gap", function () {
  this.timeout(60_000);
  const server = useFreshServer();
  let ana: Person;
  beforeEach(async () => {
    ana = await server.person("ana");
  });

  /** The store forgets what came before this id, and says so. */
  async function forget(oldestId: number): Promise<void> {
    await server.engines.log.forget(oldestId);
    server.engines.bus.publish({ kind: "forgotten", logId: await logIdOf(server, ana), oldestId });
  }

  it("comes in an empty log too, with the id of the message that will be the first", async () => {
    const chat = await server.enter(ana, { resumeAfter: 3n });
    expectGap(chat, 1n);
    expect((await chat.accept(sendAll("first"))).id).to.equal(1n);
    expect((await chat.next("message")).id).to.equal(1n);
  });

  it("comes where the store has forgotten what was asked for, and sets the cursor to oldest_id - 1", async () => {
    await say(server, ana, 10);
    await forget(7);
    const chat = await server.enter(ana, { resumeAfter: 3n });
    expectGap(chat, 7n);
    expect(ids(chat)).to.deep.equal([7, 8, 9, 10]);
  });

  it("comes so after a restart too", async () => {
    await say(server, ana, 10);
    await forget(7);
    await server.restart();
    const chat = await server.enter(ana, { resumeAfter: 3n });
    expectGap(chat, 7n);
    expect(ids(chat)).to.deep.equal([7, 8, 9, 10]);
  });

  it("does not come where the cursor is right before the oldest message", async () => {
    await say(server, ana, 10);
    await forget(7);
    const chat = await server.enter(ana, { resumeAfter: 6n });
    expect(chat.kinds).to.not.include("gap");
    expect(ids(chat)).to.deep.equal([7, 8, 9, 10]);
  });

  it("does not come for recent, which brings what there is", async () => {
    await say(server, ana, 10);
    await forget(7);
    const chat = await server.enter(ana, { recent: 100 });
    expect(chat.kinds).to.not.include("gap");
    expect(ids(chat)).to.deep.equal([7, 8, 9, 10]);
  });

  it("names the id of the next message where none is kept", async () => {
    await say(server, ana, 3);
    await forget(4);
    const chat = await server.enter(ana, { resumeAfter: 1n });
    expectGap(chat, 4n);
    expect(chat.received("caughtUp").map((caughtUp) => caughtUp.id)).to.deep.equal([3n]);
    expect((await chat.accept(sendAll("next"))).id).to.equal(4n);
  });

  it("comes in mid-stream where the store forgets what a slow reader has yet to get", async () => {
    const total = 30_000;
    await fill(server, chatter(ana, total, 1000));
    const bobs = await server.enter(await server.person("bob"));
    const chat = await server.open(ana);
    chat.pause();
    chat.send(join({ resumeAfter: 0n }));
    // Ana has joined then; how far her reader can be is bounded by the buffers between the two.
    await bobs.next("presence", ({ joined }) => joined.includes(ana.username));
    await forget(total - 9);
    chat.resume();
    await chat.next("caughtUp");

    expectGap(chat, BigInt(total - 9));
    const before = ids(chat).filter((id) => id < total - 9);
    expect(before).to.deep.equal(Array.from(before, (_, index) => index + 1));
    expect(before.length).to.be.below(total - 10);
    const after = chat.events.slice(chat.kinds.indexOf("gap") + 1).filter(({ event }) => event?.$case !== "presence");
    expect(after.map(({ event }) => event?.$case === "message" && Number(event.value.id))).to.deep.equal([
      ...Array.from({ length: 10 }, (_, index) => total - 9 + index),
      false,
    ]);
  });
});
