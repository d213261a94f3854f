import { expect } from "chai";
import { ChatResponse, type Event } from "../../src/gen/obrolan/v1/chat.ts";
import { Recorder } from "../load/recorder.ts";
import { VirtualUser } from "../load/virtualUser.ts";
import { readResponse } from "../wires/grpc/response.ts";
import { digitsOf } from "../wires/messageText.ts";

const TEXT_BYTES = 40;
const sentAt = new Date(1_700_000_000_000);

describe("the benchmark's check of deliveries", () => {
  let recorder: Recorder;
  let sender: VirtualUser;
  let other: VirtualUser;

  beforeEach(async () => {
    recorder = new Recorder(TEXT_BYTES);
    [sender, other] = [reader(), reader()];
    for (const each of [sender, other]) {
      const joined = each.join();
      take(each, 0, { $case: "caughtUp", value: { id: 0n } });
      await joined;
    }
    for (let count = 0; count < 3; count += 1) sender.send();
  });

  it("is content with messages in order, one a response or several", () => {
    take(other, 2, message(1, 1), message(2, 2));
    take(other, 3, message(3, 3));
    expect(other.received).to.equal(3);
  });

  it("takes a message as arrived when it has come to everyone, and as settled when it is accepted too", () => {
    for (const each of [sender, other]) take(each, 3, message(1, 1), message(2, 2), message(3, 3));
    expect(recorder.isComplete).to.equal(false);
    for (const id of [1, 2, 3]) take(sender, 0, accepted(id), digitsOf(id));
    expect(recorder.isComplete).to.equal(true);
    expect(recorder.latency.total).to.equal(6);
  });

  it("finds a message that was lost", () => {
    expect(() => take(other, 2, message(2, 2))).to.throw("Message 2 came where 1 was next");
  });

  it("finds a message that came twice", () => {
    take(other, 1, message(1, 1));
    expect(() => take(other, 1, message(1, 1))).to.throw("Message 1 came where 2 was next");
  });

  it("finds two messages that one reader got in another order than the other", () => {
    take(sender, 2, message(1, 1), message(2, 2));
    expect(() => take(other, 2, message(1, 2), message(2, 1))).to.throw("Id 1 came with the text sent as number 2");
  });

  it("finds a message under a second id", () => {
    expect(() => take(other, 2, message(1, 1), message(2, 1))).to.throw("before that number had id 1");
  });

  it("finds a text that was never sent, and one that is cut", () => {
    expect(() => take(other, 1, message(1, 4))).to.throw("was never sent");
    expect(() => take(sender, 1, message(1, 1, TEXT_BYTES - 1))).to.throw("39 bytes instead of 40");
  });

  it("finds a cursor ahead of what was sent, one behind it, and one that is missing", () => {
    expect(() => take(other, 2, message(1, 1))).to.throw("The cursor 2 came where all up to 1 had been sent");
    expect(() => take(other, 1, message(2, 2))).to.throw("The cursor 1 came where all up to 2 had been sent");
    expect(() => take(other, 0, message(3, 3))).to.throw("without a cursor");
  });

  it("finds replies out of order, and one that names another message than came", () => {
    expect(() => take(sender, 0, accepted(2), digitsOf(2))).to.throw("where that to 1 was next");
    take(other, 1, message(1, 1));
    expect(() => take(sender, 0, accepted(1), digitsOf(2))).to.throw("Id 1 came with the text sent as number 2");
  });

  it("finds a second `caught_up`, a gap, a refusal and a goodbye", () => {
    expect(() => take(other, 0, { $case: "caughtUp", value: { id: 0n } })).to.throw("second `caught_up`");
    expect(() => take(other, 0, { $case: "gap", value: { oldestId: 5n } })).to.throw("the oldest message is 5");
    const rejected = { reason: 9, message: "", retryAfter: undefined } as const;
    expect(() => take(other, 0, { $case: "rejected", value: rejected })).to.throw("Rejected: reason 9");
    const goodbye = { reason: 21, reconnect: true, retryAfter: undefined } as const;
    expect(() => take(other, 0, { $case: "goodbye", value: goodbye })).to.throw("Goodbye: reason 21");
  });

  it("finds a replay that does not begin where it was asked to", () => {
    const resumed = reader();
    void resumed.join(1);
    expect(() => take(resumed, 3, message(3, 3))).to.throw("Message 3 came where 2 was next");
  });

  function reader(): VirtualUser {
    return new VirtualUser({ name: "a client", recorder, isMeasured: true, onFailed: () => {} });
  }
});

// The last argument may be the request id of the one event.
function take(reader: VirtualUser, cursor: number, ...events: (NonNullable<Event["event"]> | string)[]): void {
  const requestId = events.find((event) => typeof event === "string") ?? "";
  const response: ChatResponse = {
    events: events.flatMap((event) => (typeof event === "string" ? [] : [{ requestId, event }])),
    cursor: BigInt(cursor),
  };
  // With bytes around it, as in a buffer that other responses share.
  const bytes = ChatResponse.encode(response).finish();
  const around = Buffer.concat([Buffer.of(0xff), bytes, Buffer.of(0xff)]);
  readResponse(around, 1, 1 + bytes.length, reader);
}

function message(id: number, number: number, textBytes = TEXT_BYTES): NonNullable<Event["event"]> {
  const text = digitsOf(number).padEnd(textBytes, "x");
  return { $case: "message", value: { id: BigInt(id), sender: "ada", recipient: "", text, sentAt } };
}

function accepted(id: number): NonNullable<Event["event"]> {
  return { $case: "accepted", value: { id: BigInt(id), sentAt, duplicate: false } };
}
