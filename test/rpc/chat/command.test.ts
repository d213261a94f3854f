import { expect } from "chai";
import { ChatRequest } from "../../../src/gen/obrolan/v1/chat.ts";
import type { Command } from "../../../src/server/chat/commandHandler.ts";
import { toCommand } from "../../../src/server/rpc/chat/command.ts";

const LARGEST = 2n ** 64n - 1n;

/** The command of a request as a client writes it. */
function received(command: NonNullable<ChatRequest["command"]>): Command {
  return toCommand(ChatRequest.decode(ChatRequest.encode({ requestId: "r", command }).finish()));
}

describe("toCommand", () => {
  it("a message to everyone has the id that it replies to, and needs no recipient", () => {
    expect(received({ $case: "sendAll", value: { text: "hello", replyTo: 5n } })).to.deep.equal({
      kind: "send",
      recipient: undefined,
      text: "hello",
      replyTo: 5,
      evenIfOffline: false,
    });
  });

  it("a message to one user says whether it is accepted although the user is offline", () => {
    const value = { username: "bob", text: "hello", evenIfOffline: true, replyTo: 0n };
    const command = { kind: "send", recipient: "bob", text: "hello", replyTo: 0 };
    expect(received({ $case: "sendTo", value })).to.deep.equal({ ...command, evenIfOffline: true });
    const plain = { ...value, evenIfOffline: false };
    expect(received({ $case: "sendTo", value: plain })).to.deep.equal({ ...command, evenIfOffline: false });
  });

  it("an edit and a deletion have the id of their message and its log", () => {
    expect(received({ $case: "edit", value: { id: 5n, text: "hello", logId: "log" } })).to.deep.equal({
      kind: "edit",
      messageId: 5,
      text: "hello",
      logId: "log",
    });
    expect(received({ $case: "delete", value: { id: 5n, logId: "" } })).to.deep.equal({
      kind: "delete",
      messageId: 5,
      logId: "",
    });
  });

  it("an id beyond every id is that of no message", () => {
    const largest = { messageId: Number.MAX_SAFE_INTEGER };
    expect(received({ $case: "edit", value: { id: LARGEST, text: "x", logId: "" } })).to.include(largest);
    expect(received({ $case: "delete", value: { id: LARGEST, logId: "" } })).to.include(largest);
    const reply = { replyTo: Number.MAX_SAFE_INTEGER };
    expect(received({ $case: "sendAll", value: { text: "x", replyTo: LARGEST } })).to.include(reply);
  });
});
