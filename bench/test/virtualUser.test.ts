import { expect } from "chai";
import { ChatResponse, type Event, Message } from "../../src/gen/obrolan/v1/chat.ts";
import { Recorder } from "../load/recorder.ts";
import { VirtualUser } from "../load/virtualUser.ts";
import { readResponse } from "../wires/grpc/response.ts";
import { digitsOf } from "../wires/messageText.ts";

const TEXT_BYTES = 40;
const sentAt = new Date(1_700_000_000_000);

describe("VirtualUser", () => {
  let recorder: Recorder;
  let sender: VirtualUser;
  let other: VirtualUser;

  beforeEach(async () => {
    recorder = new Recorder(TEXT_BYTES);
    [sender, other] = [newUser(), newUser()];
    for (const each of [sender, other]) {
      const joined = each.join();
      take(each, 0, { $case: "caughtUp", value: { id: 0n } });
      await joined;
    }
    for (let count = 0; count < 3; count += 1) sender.send();
  });

  it("messages in order pass the check, in one response or in several", () => {
    take(other, 2, message(1, 1), message(2, 2));
    take(other, 3, message(3, 3));
    expect(other.received).to.equal(3);
  });

  it("a run is complete once every user has every message and every message is accepted", () => {
    for (const each of [sender, other]) take(each, 3, message(1, 1), message(2, 2), message(3, 3));
    expect(recorder.isComplete).to.equal(false);
    for (const id of [1, 2, 3]) take(sender, 0, accepted(id), digitsOf(id));
    expect(recorder.isComplete).to.equal(true);
    expect(recorder.latency.total).to.equal(6);
  });

  it("a lost message is an error", () => {
    expect(() => take(other, 2, message(2, 2))).to.throw("Message 2 came where 1 was next");
  });

  it("a message that comes twice is an error", () => {
    take(other, 1, message(1, 1));
    expect(() => take(other, 1, message(1, 1))).to.throw("Message 1 came where 2 was next");
  });

  it("two messages in different orders at two users are an error", () => {
    take(sender, 2, message(1, 1), message(2, 2));
    expect(() => take(other, 2, message(1, 2), message(2, 1))).to.throw("Id 1 came with the text sent as number 2");
  });

  it("a message with a second id is an error", () => {
    expect(() => take(other, 2, message(1, 1), message(2, 1))).to.throw("before that number had id 1");
  });

  it("a text that was never sent and a truncated text are errors", () => {
    expect(() => take(other, 1, message(1, 4))).to.throw("was never sent");
    expect(() => take(sender, 1, message(1, 1, TEXT_BYTES - 1))).to.throw("39 bytes instead of 40");
  });

  it("a cursor ahead of the messages, a cursor behind them and a missing cursor are errors", () => {
    expect(() => take(other, 2, message(1, 1))).to.throw("The cursor 2 came where all up to 1 had been sent");
    expect(() => take(other, 1, message(2, 2))).to.throw("The cursor 1 came where all up to 2 had been sent");
    expect(() => take(other, 0, message(3, 3))).to.throw("without a cursor");
  });

  it("a reply out of order and a reply with the id of another message are errors", () => {
    expect(() => take(sender, 0, accepted(2), digitsOf(2))).to.throw("where that to 1 was next");
    take(other, 1, message(1, 1));
    expect(() => take(sender, 0, accepted(1), digitsOf(2))).to.throw("Id 1 came with the text sent as number 2");
  });

  it("a second `caught_up`, a gap, a rejection and a goodbye are errors", () => {
    expect(() => take(other, 0, { $case: "caughtUp", value: { id: 0n } })).to.throw("second `caught_up`");
    expect(() => take(other, 0, { $case: "gap", value: { oldestId: 5n } })).to.throw("the oldest message is 5");
    const rejected = { reason: 9, message: "", retryAfter: undefined } as const;
    expect(() => take(other, 0, { $case: "rejected", value: rejected })).to.throw("Rejected: reason 9");
    const goodbye = { reason: 21, reconnect: true, retryAfter: undefined } as const;
    expect(() => take(other, 0, { $case: "goodbye", value: goodbye })).to.throw("Goodbye: reason 21");
  });

  it("a replay that does not start after the cursor is an error", () => {
    const resumed = newUser();
    void resumed.join(1);
    expect(() => take(resumed, 3, message(3, 3))).to.throw("Message 3 came where 2 was next");
  });

  function newUser(): VirtualUser {
    return new VirtualUser({ name: "a client", recorder, isMeasured: true, onFailed: () => {} });
  }
});

// Passes a response to the user. A string among the events is the request id of all of them.
function take(user: VirtualUser, cursor: number, ...events: (NonNullable<Event["event"]> | string)[]): void {
  const requestId = events.find((event) => typeof event === "string") ?? "";
  const response: ChatResponse = {
    events: events.flatMap((event) => (typeof event === "string" ? [] : [{ requestId, event }])),
    cursor: BigInt(cursor),
  };
  // The response has other bytes around it, as in a buffer that several responses share.
  const bytes = ChatResponse.encode(response).finish();
  const around = Buffer.concat([Buffer.of(0xff), bytes, Buffer.of(0xff)]);
  readResponse(around, 1, 1 + bytes.length, user);
}

function message(id: number, number: number, textBytes = TEXT_BYTES): NonNullable<Event["event"]> {
  const text = digitsOf(number).padEnd(textBytes, "x");
  return { $case: "message", value: Message.create({ id: BigInt(id), sender: "ada", text, sentAt }) };
}

function accepted(id: number): NonNullable<Event["event"]> {
  return { $case: "accepted", value: { id: BigInt(id), sentAt, duplicate: false } };
}
