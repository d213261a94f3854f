import { expect } from "chai";
import fc from "fast-check";
import { DecodeError, decodeNotification } from "../../src/server/engines/nats/decode.ts";
import { encodeNotification } from "../../src/server/engines/nats/encode.ts";
import type { Message } from "../../src/server/log/entry.ts";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import { range } from "../support/storeFixture.ts";

const MIB = 1024 * 1024;

const id = fc.integer({ min: 1, max: 2 ** 52 });
const name = fc.string({ minLength: 1, maxLength: 32 });
const text = fc.string({ unit: "binary", minLength: 1 });
const who = fc.oneof(fc.record({ recipientId: id, recipient: name }), fc.constant({ recipientId: 0, recipient: "" }));
const one = fc.tuple(fc.record({ senderId: id, sender: name, text, later: fc.nat() }), who);
const grown = fc
  .tuple(id, fc.nat(), fc.array(one, { minLength: 1, maxLength: 20 }))
  .map(([first, start, all]): Notification => {
    let sentAt = start;
    const messages = all.map(([{ later, ...rest }, recipient], i): Message => {
      sentAt += later;
      return { id: first + i, ...rest, ...recipient, sentAt };
    });
    return { kind: "appended", logId: "log", messages };
  });
const notification: fc.Arbitrary<Notification> = fc.oneof(
  grown,
  fc.record({ kind: fc.constant("head-advanced"), logId: name, headId: id }),
  fc.record({ kind: fc.constant("truncated"), logId: name, oldestId: id }),
  fc.record({ kind: fc.constant("presence") }),
  fc.record({ kind: fc.constant("sessions-ended"), sessionIds: fc.array(id) }),
);

const row = [2, "ana", 0, "", "hello", 0];
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

describe("encodeNotification and decodeNotification", () => {
  it("a decoded notification equals the encoded one", () => {
    fc.assert(
      fc.property(notification, (one) => {
        expect(decodeNotification(encodeNotification(one, MIB) as Buffer)).to.deep.equal(one);
      }),
    );
  });

  it("an encoded batch needs less than 30 bytes for each message besides the text", () => {
    const messages = range(1, 100).map((i) => ({ ...messageOf(i), text: "x".repeat(100) }));
    expect(encodeNotification({ kind: "appended", logId: "log", messages }, MIB)).to.have.length.below(100 * 130);
  });

  it("a batch that is too large, empty or without consecutive ids is encoded as its newest id, or not at all", () => {
    const head = (headId: number) => ({ kind: "head-advanced", logId: "log", headId });
    const sent = (messages: Message[], maxBytes: number) => {
      const bytes = encodeNotification({ kind: "appended", logId: "log", messages }, maxBytes);
      return bytes && decodeNotification(bytes);
    };
    const messages = range(7, 56).map(messageOf);
    const size = encodeNotification({ kind: "appended", logId: "log", messages }, MIB)?.length ?? 0;
    expect(sent(messages, size)).to.deep.equal({ kind: "appended", logId: "log", messages });
    expect(sent(messages, size - 1)).to.deep.equal(head(56));
    expect(sent(messages, 100)).to.deep.equal(head(56));
    expect(sent(messages, 10)).to.equal(undefined);
    expect(sent(range(1, 1_001).map(messageOf), MIB)).to.deep.equal(head(1_001));
    expect(sent([messageOf(7), messageOf(9)], MIB)).to.deep.equal(head(9));
    expect(sent([], MIB)).to.equal(undefined);
    expect(encodeNotification({ kind: "sessions-ended", sessionIds: range(1, 100) }, 100)).to.equal(undefined);
  });

  const grownWith = (...rows: unknown[]) => ["grown", "log", 1, 1_000, rows];
  const wrong: Record<string, unknown> = {
    "no list": { kind: "presence" },
    "an empty list": [],
    "a kind that is not known": ["hello"],
    "a version in front": [2, "presence"],
    "a presence with a field": ["presence", "ana"],
    "a head without a log": ["head", 7],
    "a log that is a number": ["head", 7, 7],
    "a head that is a string": ["head", "log", "7"],
    "a head that is 0": ["head", "log", 0],
    "a head that is negative": ["head", "log", -7],
    "a head with a fraction": ["head", "log", 7.5],
    "a head that is not a safe integer": ["head", "log", 2 ** 53],
    "an oldest message that is null": ["forgotten", "log", null],
    "sessions that are a number": ["sessions-ended", 7],
    "sessions with a string": ["sessions-ended", [7, "8"]],
    "no messages": grownWith(),
    "messages that are a string": ["grown", "log", 1, 1_000, "hello"],
    "messages that are an object": ["grown", "log", 1, 1_000, { length: 1, 0: row }],
    "too many messages": grownWith(...range(1, 1_001).map(() => row)),
    "a message that is a string": grownWith(row, "hello"),
    "a message with one field too many": grownWith([...row, 7]),
    "a message with one field too few": grownWith(row.slice(0, 5)),
    "a first id that is 0": ["grown", "log", 0, 1_000, [row]],
    "ids that are not safe integers": ["grown", "log", Number.MAX_SAFE_INTEGER, 1_000, [row, row]],
    "a time with a fraction": ["grown", "log", 1, 0.5, [row]],
    "a time that is too large": grownWith([2, "ana", 0, "", "hello", Number.MAX_SAFE_INTEGER]),
    "times that go back": grownWith([2, "ana", 0, "", "hello", 7], [2, "ana", 0, "", "hello", 6]),
    "a sender who is 0": grownWith([0, "ana", 0, "", "hello", 0]),
    "a sender without a name": grownWith([2, null, 0, "", "hello", 0]),
    "a recipient without a name": grownWith([2, "ana", 5, "", "hello", 0]),
    "a recipient with a name but no id": grownWith([2, "ana", 0, "bob", "hello", 0]),
    "a text that is a list": grownWith([2, "ana", 0, "", ["hello"], 0]),
  };
  for (const [what, value] of Object.entries(wrong)) {
    it(`a notification with ${what} is refused`, () => {
      expect(() => decodeNotification(bytesOf(value))).to.throw(DecodeError);
    });
  }

  it("a notification that is empty, too long, or not UTF-8 or JSON is refused", () => {
    expect(() => decodeNotification(new Uint8Array(0))).to.throw(DecodeError, "it is not JSON");
    expect(() => decodeNotification(Buffer.from("hello"))).to.throw(DecodeError, /^it is not JSON$/);
    const broken = bytesOf(grownWith(row));
    broken[broken.indexOf("hello")] = 0xff;
    expect(() => decodeNotification(broken)).to.throw(DecodeError, "it is not UTF-8");
    const long = bytesOf(grownWith([2, "ana", 0, "", "x".repeat(MIB), 0]));
    expect(() => decodeNotification(long)).to.throw(DecodeError, /bytes/);
  });

  it("a DecodeError does not quote the bytes, which may be a user's text", () => {
    for (const came of ['["hello"', '["grown","hello"]', '["hello"]', '["sessions-ended","hello"]']) {
      expect(() => decodeNotification(Buffer.from(came))).to.throw(DecodeError, /^(?!.*hello)/);
    }
  });

  it("a notification that was decoded from any JSON is the same after encoding and decoding", () => {
    const fields = fc.oneof(fc.constantFrom("grown", "head", "forgotten", "presence", "log"), fc.nat(), fc.jsonValue());
    const value = fc.oneof(
      fc.array(fields),
      fc.array(fc.array(fc.oneof(fc.nat(), fc.string()))).map((rows) => grownWith(...rows)),
    );
    fc.assert(
      fc.property(value, (any) => {
        let read: Notification;
        try {
          read = decodeNotification(bytesOf(any));
        } catch (error) {
          expect(error).to.be.instanceOf(DecodeError);
          return;
        }
        expect(decodeNotification(encodeNotification(read, MIB) as Buffer)).to.deep.equal(read);
      }),
      { numRuns: 2_000 },
    );
  });

  it("decoding altered bytes throws no other error than DecodeError", () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(notification, fc.array(change, { minLength: 1, maxLength: 3 }), (one, changes) => {
        const bytes = Buffer.from(encodeNotification(one, MIB) as Buffer);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        try {
          decodeNotification(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(DecodeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function messageOf(messageId: number): Message {
  return {
    id: messageId,
    senderId: 2,
    sender: "ana",
    recipientId: 0,
    recipient: "",
    text: "hello",
    sentAt: 1_000 + messageId,
  };
}
