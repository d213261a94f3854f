import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { sendAll } from "../support/commands.ts";
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

/** Expects one gap, whose response has the cursor `oldest_id - 1`, or the id of its last message if it has messages. */
function expectGap(chat: ChatStream, oldestId: bigint): void {
  expect(chat.received("gap")).to.deep.equal([{ oldestId, requestId: "" }]);
  const response = chat.responses.find(({ events }) => events.some(({ event }) => event?.$case === "gap"));
  const ids = response?.events.flatMap(({ event }) => (event?.$case === "message" ? [event.value.id] : [])) ?? [];
  expect(response?.cursor).to.equal(ids.at(-1) ?? oldestId - 1n);
}

describe("A gap in a log that was never truncated", function () {
  this.timeout(60_000);
  const server = useServer();
  let ana: Person;
  before(async () => {
    ana = await server.person("ana");
    await say(server, ana, 4);
  });

  it("a gap comes if log_id is of another log, and the replay begins at the oldest message", async () => {
    const chat = await server.enter(ana, { resumeAfter: 2n, logId: "another log" });
    expect(chat.kinds).to.deep.equal(["welcome", "gap", "message", "message", "message", "message", "caughtUp"]);
    expectGap(chat, 1n);
    expect(ids(chat)).to.deep.equal([1, 2, 3, 4]);
  });

  for (const resumeAfter of [5n, 1_000_000n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
    it(`a gap comes if resume_after is ${resumeAfter}, beyond a head of 4`, async () => {
      const chat = await server.enter(ana, { resumeAfter });
      expectGap(chat, 1n);
      expect(ids(chat)).to.deep.equal([1, 2, 3, 4]);
      expect(chat.received("caughtUp")).to.have.length(1);
    });
  }
});

describe("A gap", function () {
  this.timeout(60_000);
  const server = useFreshServer();
  let ana: Person;
  beforeEach(async () => {
    ana = await server.person("ana");
  });

  /** Truncates the store before this id, and publishes that. */
  async function truncate(oldestId: number): Promise<void> {
    await server.engines.log.truncate(oldestId);
    server.engines.bus.publish({ kind: "truncated", logId: await logIdOf(server, ana), oldestId });
  }

  it("a gap in an empty log names the id of the message that will be the first", async () => {
    const chat = await server.enter(ana, { resumeAfter: 3n });
    expectGap(chat, 1n);
    expect((await chat.accept(sendAll("first"))).id).to.equal(1n);
    expect((await chat.next("message")).id).to.equal(1n);
  });

  it("a gap comes also if the log was truncated before a restart", async () => {
    await say(server, ana, 10);
    await truncate(7);
    await server.restart();
    const chat = await server.enter(ana, { resumeAfter: 3n });
    expectGap(chat, 7n);
    expect(ids(chat)).to.deep.equal([7, 8, 9, 10]);
  });

  it("a gap names the id of the next message if the log has no message any more", async () => {
    await say(server, ana, 3);
    await truncate(4);
    const chat = await server.enter(ana, { resumeAfter: 1n });
    expectGap(chat, 4n);
    expect(chat.received("caughtUp").map((caughtUp) => caughtUp.id)).to.deep.equal([3n]);
    expect((await chat.accept(sendAll("next"))).id).to.equal(4n);
  });
});
