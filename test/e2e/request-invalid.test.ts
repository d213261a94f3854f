import { expect } from "chai";
import { ChatRequest } from "../../src/gen/obrolan/v1/chat.ts";
import { describeBothWays } from "../support/bothWays.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { type Command, help, join, sendAll } from "../support/commands.ts";
import { expectGoodbye, nameOf } from "../support/expect.ts";
import { chatter, fill } from "../support/fill.ts";
import { frame } from "../support/frames.ts";
import { type Person, useServer } from "../support/server.ts";

const BROKEN = frame(Buffer.from([0x0a, 0x7f, 0x61]));
const TOO_LARGE = Buffer.from([0, 0xff, 0xff, 0xff, 0xff]);

function bytesOf(requestId: string, command: Command): Buffer {
  return frame(ChatRequest.encode({ requestId, command }).finish());
}

describeBothWays("A request on Chat that is not valid", function () {
  this.timeout(60_000);
  const server = useServer();
  let ana: Person;
  before(async () => {
    ana = await server.person("ana");
    await fill(server, chatter(ana, 500, 1_000));
  });

  async function expectInvalid(chat: ChatStream, code: "INVALID_ARGUMENT" | "RESOURCE_EXHAUSTED"): Promise<void> {
    await expectGoodbye(chat, { reason: "REQUEST_INVALID", reconnect: true, code });
  }

  it("an invalid request ends the stream after the answers to all 200 commands before it", async () => {
    const chat = await server.enter(ana);
    const ids = Array.from({ length: 200 }, (_, i) => `before-${i}`);
    const after = bytesOf("after", sendAll("after"));
    chat.http.write(Buffer.concat([...ids.map((id) => bytesOf(id, sendAll(id))), TOO_LARGE, after]));
    await expectInvalid(chat, "RESOURCE_EXHAUSTED");
    const accepted = chat.received("accepted").map(({ requestId }) => requestId);
    expect(accepted).to.deep.equal(ids);
  });

  it("an invalid request as the first one ends the stream after welcome, without a join", async () => {
    for (const [bytes, code] of [
      [BROKEN, "INVALID_ARGUMENT"],
      [TOO_LARGE, "RESOURCE_EXHAUSTED"],
    ] as const) {
      const chat = await server.open(ana);
      chat.http.write(bytes);
      await expectInvalid(chat, code);
      expect(chat.kinds).to.deep.equal(["welcome", "goodbye"]);
    }
  });

  it("an invalid request before the join ends the stream after the answer to the help before it", async () => {
    const chat = await server.open(ana);
    chat.http.write(Buffer.concat([bytesOf("help", help), BROKEN]));
    await expectInvalid(chat, "INVALID_ARGUMENT");
    expect(chat.kinds).to.deep.equal(["welcome", "help", "goodbye"]);
  });

  it("an invalid request after a join ends the stream after the replay and the answer to the join", async () => {
    const chat = await server.open(ana);
    chat.http.write(Buffer.concat([bytesOf("join", join({ resumeAfter: 0n })), BROKEN]));
    await expectInvalid(chat, "INVALID_ARGUMENT");
    expect(chat.received("caughtUp").map(({ requestId }) => requestId)).to.deep.equal(["join"]);
    expect(chat.messages.length).to.be.at.least(500);
  });

  it("an invalid request of a client that does not read ends the stream when all answers are read", async () => {
    const chat = await server.enter(ana);
    chat.pause();
    // More than the replies that may wait, and each reply is long, so that the server stops reading.
    const ids = Array.from({ length: 300 }, (_, i) => `${i}-`.padEnd(60_000, "x"));
    for (const id of ids) chat.http.write(bytesOf(id, help));
    chat.http.write(BROKEN);
    chat.resume();
    await expectInvalid(chat, "INVALID_ARGUMENT");
    const reasons = new Set(chat.received("rejected").map(({ reason }) => nameOf(reason)));
    expect([...reasons]).to.deep.equal(["REQUEST_ID_TOO_LONG"]);
    expect(chat.received("rejected").map(({ requestId }) => requestId)).to.deep.equal(ids);
  });

  it("a request that a half-close cuts off ends the stream with REQUEST_INVALID, and not with OK", async () => {
    const chat = await server.enter(ana);
    chat.http.end(
      Buffer.concat([bytesOf("before", sendAll("before")), bytesOf("half", sendAll("half")).subarray(0, 9)]),
    );
    await expectInvalid(chat, "INVALID_ARGUMENT");
    expect(chat.received("accepted").map(({ requestId }) => requestId)).to.deep.equal(["before"]);
  });
});
