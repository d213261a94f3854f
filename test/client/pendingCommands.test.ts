import { expect } from "chai";
import { type ChatError, type Outcome, Status } from "../../src/client/index.ts";
import { PendingCommands } from "../../src/client/pendingCommands.ts";
import type { ChatRequest } from "../../src/gen/obrolan/v1/chat.ts";

function say(requestId: string, text = "hello"): ChatRequest {
  return { requestId, command: { $case: "sendAll", value: { text, replyTo: 0n } } };
}

function sayTo(username: string, text: string): ChatRequest {
  const value = { username, text, evenIfOffline: false, replyTo: 0n };
  return { requestId: "a", command: { $case: "sendTo", value } };
}

function accepted(requestId: string, id: bigint): Outcome {
  return { kind: "accepted", requestId, id, sentAt: new Date(0), duplicate: false };
}

describe("PendingCommands", () => {
  it("commands without an answer are resent in the order in which they were given", () => {
    const pending = new PendingCommands(10);
    for (const requestId of ["a", "b", "c", "d"]) pending.add(say(requestId));
    pending.settle(accepted("b", 1n));
    expect(pending.requestIds()).to.deep.equal(["a", "c", "d"]);
  });

  it("a command resolves with the answer that has its request id", async () => {
    const pending = new PendingCommands(10);
    const first = pending.add(say("a"));
    const second = pending.add(say("b"));
    pending.settle(accepted("b", 7n));
    pending.settle(accepted("a", 8n));
    expect(await first).to.include({ requestId: "a", id: 8n });
    expect(await second).to.include({ requestId: "b", id: 7n });
    expect(pending.size).to.equal(0);
  });

  it("STORE_UNAVAILABLE does not settle a command that was sent more than once", () => {
    const unavailable = (requestId: string): Outcome => ({
      kind: "rejected",
      requestId,
      reason: "STORE_UNAVAILABLE",
      message: "The store is unavailable.",
      retryAfterMs: 1_000,
    });
    const pending = new PendingCommands(10);
    pending.add(say("a"));
    expect(pending.takeForSending("a")).to.deep.equal(say("a"));
    pending.add(say("b"));
    expect(pending.isInconclusive(unavailable("a")), "sent once").to.equal(false);
    for (const requestId of pending.requestIds()) pending.takeForSending(requestId);
    expect(pending.isInconclusive(unavailable("a")), "sent twice").to.equal(true);
    expect(pending.isInconclusive(unavailable("b")), "sent once").to.equal(false);
    expect(pending.isInconclusive({ ...unavailable("a"), reason: "TEXT_EMPTY" } as Outcome), "refused").to.equal(false);
    expect(pending.isInconclusive(accepted("a", 1n)), "accepted").to.equal(false);
    expect(pending.isInconclusive(unavailable("stranger")), "not waiting").to.equal(false);
    pending.settle(unavailable("a"));
    expect(pending.takeForSending("a")).to.equal(undefined);
  });

  it("an answer to an unknown request id is ignored", () => {
    const pending = new PendingCommands(10);
    pending.add(say("a"));
    pending.settle(accepted("stranger", 1n));
    expect(pending.size).to.equal(1);
  });

  it("a command beyond the maximum is refused, and the error says how many are waiting", () => {
    const pending = new PendingCommands(2);
    pending.add(say("a"));
    pending.add(say("b"));
    expect(() => pending.add(say("c")))
      .to.throw("2 commands are waiting")
      .with.property("code", Status.RESOURCE_EXHAUSTED);
    pending.settle(accepted("a", 1n));
    pending.add(say("c"));
    expect(pending.size).to.equal(2);
  });

  it("a second pending command with the same request id is refused", () => {
    const pending = new PendingCommands(10);
    pending.add(say("a"));
    expect(() => pending.add(say("a"))).to.throw("waiting for its answer already");
  });

  it("a command that no stream can carry is refused", () => {
    const pending = new PendingCommands(10);
    const refused = (request: ChatRequest) => {
      try {
        pending.add(request);
      } catch (error) {
        return (error as ChatError).message;
      }
      return undefined;
    };
    expect(refused(say("a", "x".repeat(65_537)))).to.match(
      /^This command is \d+ bytes long; at most 65536 can be sent/,
    );
    expect(refused(say(""))).to.match(/empty requestId/);
    expect(pending.size).to.equal(0);
  });

  it("a command whose text, username or requestId has a lone surrogate is refused, and the error says where", () => {
    const pending = new PendingCommands(10);
    const wrong: [string, ChatRequest][] = [
      ["text has half a character in it, U+D83D at index 3", say("a", "ab \ud83d")],
      ["username", sayTo("\udc00", "x")],
      ["text", sayTo("budi", "\ud83dx")],
      ["text", { requestId: "a", command: { $case: "edit", value: { id: 1n, text: "\ud83dx", logId: "" } } }],
      ["logId", { requestId: "a", command: { $case: "edit", value: { id: 1n, text: "x", logId: "\ud83d" } } }],
      ["logId", { requestId: "a", command: { $case: "delete", value: { id: 1n, logId: "\ud83d" } } }],
      ["line", { requestId: "a", command: { $case: "textCommand", value: "sendall \ud83d" } }],
      ["requestId", say("\ud83d")],
    ];
    for (const [start, request] of wrong) {
      expect(() => pending.add(request))
        .to.throw(new RegExp(`^${start.replace("+", "\\+")}`))
        .with.property("code", Status.INVALID_ARGUMENT);
    }
    pending.add(say("a", "a whole 👋"));
    expect(pending.size).to.equal(1);
  });

  it("a pending command resolves as unanswered when the room is closed", async () => {
    const pending = new PendingCommands(10);
    const outcome = pending.add(say("a"));
    pending.abandon();
    expect(await outcome).to.deep.equal({ kind: "unanswered", requestId: "a" });
  });
});
