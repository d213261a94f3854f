import { expect } from "chai";
import fc from "fast-check";
import { ChatResponse, type Event } from "../../../src/gen/obrolan/v1/chat.ts";
import type { Message } from "../../../src/server/log/entry.ts";
import { acceptedField, messageField } from "../../../src/server/rpc/chat/eventFields.ts";

/** The bytes that the generated encoder makes of an event. */
function generated(event: NonNullable<Event["event"]>, requestId = ""): Buffer {
  return Buffer.from(ChatResponse.encode({ events: [{ requestId, event }], cursor: 0n }).finish());
}

const id = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.maxSafeNat().map((below) => Math.max(1, below)),
);
const time = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 45 }));
const username = fc.stringMatching(/^[a-z0-9._-]{1,32}$/);
const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 100, maxLength: 5_000, size: "max" }));
const message = fc.record<Message>({
  kind: fc.constant("message"),
  id,
  senderId: fc.constant(1),
  sender: username,
  recipientId: fc.constant(0),
  recipient: fc.oneof(fc.constant(""), username),
  text,
  sentAt: time,
  replyTo: fc.oneof(fc.constant(0), id),
  editId: fc.oneof(fc.constant(0), id),
  editedAt: time,
});

/** A message that was neither edited nor is a reply. */
const PLAIN: Message = {
  kind: "message",
  id: 7,
  senderId: 1,
  sender: "ana",
  recipientId: 0,
  recipient: "",
  text: "hello",
  sentAt: 1_700_000_000_123,
  replyTo: 0,
  editId: 0,
  editedAt: 0,
};

describe("The encoders of eventFields.ts", () => {
  it("messageField makes the same bytes as the generated encoder, for any message", () => {
    const same = fc.property(message, (some) => {
      const { sender, recipient } = some;
      const value = {
        id: BigInt(some.id),
        sender,
        recipient,
        text: some.text,
        sentAt: new Date(some.sentAt),
        editedAt: some.editedAt === 0 ? undefined : new Date(some.editedAt),
        replyTo: BigInt(some.replyTo),
      };
      expect(Buffer.from(messageField(some))).to.deep.equal(generated({ $case: "message", value }));
    });
    fc.assert(same, { numRuns: 2_000 });
  });

  it("messageField spends no byte on an edit and a reply that are not there", () => {
    const { length } = messageField(PLAIN);
    // The tag and the number of a reply; the tag, the length, the seconds and the milliseconds of an edit.
    expect(messageField({ ...PLAIN, replyTo: 5 }).length).to.equal(length + 2);
    expect(messageField({ ...PLAIN, editId: 9, editedAt: PLAIN.sentAt }).length).to.equal(length + 2 + 11);
    expect(messageField({ ...PLAIN, editId: 9 }).length, "an edit's id is not sent").to.equal(length);
  });

  it("acceptedField makes the same bytes as the generated encoder, for any `accepted` event", () => {
    const same = fc.property(
      id,
      time,
      fc.boolean(),
      fc.string({ unit: "binary" }),
      (some, at, duplicate, requestId) => {
        const value = { id: BigInt(some), sentAt: new Date(at), duplicate };
        expect(
          Buffer.from(acceptedField({ kind: "accepted", id: some, sentAt: at, duplicate }, requestId)),
        ).to.deep.equal(generated({ $case: "accepted", value }, requestId));
      },
    );
    fc.assert(same, { numRuns: 2_000 });
  });
});
