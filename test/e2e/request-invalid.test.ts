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

  it("ends the stream when all 200 commands before it, in the same write, are answered", async () => {
    const chat = await server.enter(ana);
    const ids = Array.from({ length: 200 }, (_, i) => `before-${i}`);
    const behind = bytesOf("behind", sendAll("behind"));
    chat.http.write(Buffer.concat([...ids.map((id) => bytesOf(id, sendAll(id))), TOO_LARGE, behind]));
    await expectInvalid(chat, "RESOURCE_EXHAUSTED");
    const accepted = chat.received("accepted").map(({ requestId }) => requestId);
    expect(accepted).to.deep.equal(ids);
  });

  it("as the very first request ends the stream behind welcome, without a join", async () => {
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

  it("before the join ends the stream when the help before it is answered", async () => {
    const chat = await server.open(ana);
    chat.http.write(Buffer.concat([bytesOf("help", help), BROKEN]));
    await expectInvalid(chat, "INVALID_ARGUMENT");
    expect(chat.kinds).to.deep.equal(["welcome", "help", "goodbye"]);
  });

  it("behind a join ends the stream when the replay is over, so that the join is answered", async () => {
    const chat = await server.open(ana);
    chat.http.write(Buffer.concat([bytesOf("join", join({ resumeAfter: 0n })), BROKEN]));
    await expectInvalid(chat, "INVALID_ARGUMENT");
    expect(chat.received("caughtUp").map(({ requestId }) => requestId)).to.deep.equal(["join"]);
    expect(chat.messages.length).to.be.at.least(500);
  });

  it("ends the stream of a client that does not read only when it has read the answers to what came before", async () => {
    const chat = await server.enter(ana);
    chat.pause();
    // More than replies may wait, and each reply is long, so that the server stops to read.
    const ids = Array.from({ length: 300 }, (_, i) => `${i}-`.padEnd(60_000, "x"));
    for (const id of ids) chat.http.write(bytesOf(id, help));
    chat.http.write(BROKEN);
    chat.resume();
    await expectInvalid(chat, "INVALID_ARGUMENT");
    const reasons = new Set(chat.received("rejected").map(({ reason }) => nameOf(reason)));
    expect([...reasons]).to.deep.equal(["REQUEST_ID_TOO_LONG"]);
    expect(chat.received("rejected").map(({ requestId }) => requestId)).to.deep.equal(ids);
  });

  it("that breaks off where the client ends its side ends the stream with its reason, and not with OK", async () => {
    const chat = await server.enter(ana);
    chat.http.end(
      Buffer.concat([bytesOf("before", sendAll("before")), bytesOf("half", sendAll("half")).subarray(0, 9)]),
    );
    await expectInvalid(chat, "INVALID_ARGUMENT");
    expect(chat.received("accepted").map(({ requestId }) => requestId)).to.deep.equal(["before"]);
  });
});
