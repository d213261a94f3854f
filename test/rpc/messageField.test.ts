import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import fc from "fast-check";
import { ChatResponse } from "../../src/gen/obrolan/v1/chat.ts";
import type { Message } from "../../src/server/room/message.ts";
import { messageField } from "../../src/server/rpc/messageField.ts";

/** What the generated encoder makes of it. */
function generated({ id, sender, recipient, text, sentAt }: Message): Buffer {
  const value = { id: BigInt(id), sender, recipient, text, sentAt: new Date(sentAt) };
  const events = [{ requestId: "", event: { $case: "message" as const, value } }];
  return Buffer.from(ChatResponse.encode({ events, cursor: 0n }, new BinaryWriter()).finish());
}

const username = fc.stringMatching(/^[a-z0-9._-]{1,32}$/);
const message = fc.record<Message>({
  id: fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.maxSafeNat().map((id) => id + 1),
  ),
  senderId: fc.constant(1),
  sender: username,
  recipientId: fc.constant(0),
  recipient: fc.oneof(fc.constant(""), username),
  text: fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 100, maxLength: 5_000, size: "max" })),
  sentAt: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 45 })),
});

describe("a message as a field of a response", () => {
  it("has the very bytes that the generated encoder makes", () => {
    fc.assert(
      fc.property(message, (some) => {
        expect(Buffer.from(messageField(some))).to.deep.equal(generated(some));
      }),
      { numRuns: 2_000 },
    );
  });
});
