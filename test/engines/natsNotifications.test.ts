import { expect } from "chai";
import fc from "fast-check";
import { DecodeError, decodeNotification } from "../../src/server/engines/nats/decode.ts";
import { encodeNotification } from "../../src/server/engines/nats/encode.ts";
import type { Entry, Message } from "../../src/server/log/entry.ts";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import { range } from "../support/storeFixture.ts";

const MIB = 1024 * 1024;

const id = fc.integer({ min: 1, max: 2 ** 51 });
const time = fc.nat();
const name = fc.string({ minLength: 1, maxLength: 32 });
const text = fc.string({ unit: "binary", minLength: 1 });
const who = fc.oneof(fc.record({ recipientId: id, recipient: name }), fc.constant({ recipientId: 0, recipient: "" }));
const by = fc.oneof(fc.record({ byId: id, by: name }), fc.constant({ byId: 0, by: "" }));
/** The share of an id that an earlier id is: that of a message that is changed, or replied to. */
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const earlierThan = (entryId: number, part: number) => Math.floor(part * entryId);

/** Any entry with this id and time. */
type MakeEntry = (entryId: number, time: number) => Entry;
const anyMessage = fc
  .tuple(
    fc.record({ senderId: id, sender: name, text }),
    who,
    share,
    fc.option(fc.record({ after: id, editedAt: time })),
  )
  .map(
    ([from, to, reply, edit]): MakeEntry =>
      (entryId, sentAt) => ({
        kind: "message",
        id: entryId,
        ...from,
        ...to,
        sentAt,
        replyTo: earlierThan(entryId, reply),
        editId: edit === null ? 0 : entryId + edit.after,
        editedAt: edit === null ? 0 : edit.editedAt,
      }),
  );
const anyEdit = fc.tuple(anyMessage, share, time).map(
  ([make, part, sentAt]): MakeEntry =>
    (entryId, editedAt) => {
      const message = make(Math.max(1, earlierThan(entryId, part)), sentAt) as Message;
      return { kind: "edited", id: entryId, message: { ...message, editId: entryId, editedAt } };
    },
);
const anyDeletion = fc.tuple(id, who, by, share).map(
  ([senderId, { recipientId }, who, part]): MakeEntry =>
    (entryId, deletedAt) => {
      const messageId = Math.max(1, earlierThan(entryId, part));
      return { kind: "deleted", id: entryId, messageId, senderId, recipientId, deletedAt, ...who };
    },
);
const anyErased = fc.constant<MakeEntry>((entryId, at) => ({ kind: "erased", id: entryId, at }));
const anyEntry = fc.tuple(fc.oneof(anyMessage, anyEdit, anyDeletion, anyErased), fc.nat());
const grown = fc
  .tuple(fc.integer({ min: 2, max: 2 ** 40 }), time, fc.array(anyEntry, { minLength: 1, maxLength: 20 }))
  .map(([first, start, all]): Notification => {
    let time = start;
    const entries = all.map(([make, later], i) => {
      time += later;
      return make(first + i, time);
    });
    return { kind: "appended", logId: "log", entries };
  });
const notification: fc.Arbitrary<Notification> = fc.oneof(
  grown,
  fc.record({ kind: fc.constant("head-advanced"), logId: name, headId: id }),
  fc.record({ kind: fc.constant("truncated"), logId: name, oldestId: id }),
  fc.record({ kind: fc.constant("read"), accountId: id, upTo: id }),
  fc.record({ kind: fc.constant("presence") }),
  fc.record({ kind: fc.constant("sessions-ended"), sessionIds: fc.array(id) }),
);

const row = [0, 2, "ana", 0, "", "hello", 0, 0];
/** The rows of an edit and a deletion of the message 1. */
const editRow = [1, 1, 2, "ana", 0, "", "hello", 900, 0, 0];
const deletionRow = [2, 1, 2, 0, 2, "ana", 0];
const alteredRow = fc
  .tuple(
    fc.constantFrom(row, [...row, 9, 1_000], editRow, deletionRow, [3, 0]),
    fc.nat(9),
    fc.oneof(fc.nat(9), fc.jsonValue()),
  )
  .map(([fields, at, value]) => altered(fields, at % fields.length, value));
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
    const entries = range(1, 100).map((i) => ({ ...messageOf(i), text: "x".repeat(100) }));
    expect(encodeNotification({ kind: "appended", logId: "log", entries }, MIB)).to.have.length.below(100 * 130);
  });

  it("a batch that is too large, empty or without consecutive ids is encoded as its newest id, or not at all", () => {
    const head = (headId: number) => ({ kind: "head-advanced", logId: "log", headId });
    const sent = (entries: Message[], maxBytes: number) => {
      const bytes = encodeNotification({ kind: "appended", logId: "log", entries }, maxBytes);
      return bytes && decodeNotification(bytes);
    };
    const entries = range(7, 56).map(messageOf);
    const size = encodeNotification({ kind: "appended", logId: "log", entries }, MIB)?.length ?? 0;
    expect(sent(entries, size)).to.deep.equal({ kind: "appended", logId: "log", entries });
    expect(sent(entries, size - 1)).to.deep.equal(head(56));
    expect(sent(entries, 100)).to.deep.equal(head(56));
    expect(sent(entries, 10)).to.equal(undefined);
    expect(sent(range(1, 1_001).map(messageOf), MIB)).to.deep.equal(head(1_001));
    expect(sent([messageOf(7), messageOf(9)], MIB)).to.deep.equal(head(9));
    expect(sent([], MIB)).to.equal(undefined);
    expect(encodeNotification({ kind: "sessions-ended", sessionIds: range(1, 100) }, 100)).to.equal(undefined);
  });

  const grownWith = (...rows: unknown[]) => ["grown", "log", 2, 1_000, rows];
  it("a batch with rows of every kind is decoded", () => {
    const decoded = decodeNotification(bytesOf(grownWith(row, editRow, deletionRow, [3, 5])));
    const kinds = decoded.kind === "appended" ? decoded.entries.map(({ kind, id }) => `${kind} ${id}`) : [];
    expect(kinds).to.deep.equal(["message 2", "edited 3", "deleted 4", "erased 5"]);
  });

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
    "a marker of an account that is 0": ["read", 0, 7],
    "a marker without an id": ["read", 7],
    "no entries": grownWith(),
    "entries that are a string": ["grown", "log", 2, 1_000, "hello"],
    "entries that are an object": ["grown", "log", 2, 1_000, { length: 1, 0: row }],
    "too many entries": grownWith(...range(1, 1_001).map(() => row)),
    "an entry that is a string": grownWith(row, "hello"),
    "an entry without a kind": grownWith([]),
    "an entry of an unknown kind": grownWith([4, 0]),
    "an entry whose kind is a string": grownWith(["0", ...row.slice(1)]),
    "a message with one field too many": grownWith([...row, 7]),
    "a message with one field too few": grownWith(row.slice(0, 7)),
    "an edit with one field too few": grownWith(editRow.slice(0, 9)),
    "a deletion with one field too many": grownWith([...deletionRow, 7]),
    "an erased entry with a text": grownWith([3, 0, "hello"]),
    "a first id that is 0": ["grown", "log", 0, 1_000, [row]],
    "ids that are not safe integers": ["grown", "log", Number.MAX_SAFE_INTEGER, 1_000, [row, row]],
    "a time with a fraction": ["grown", "log", 2, 0.5, [row]],
    "a time that is too large": grownWith(altered(row, 6, Number.MAX_SAFE_INTEGER)),
    "times that go back": grownWith(altered(row, 6, 7), altered(row, 6, 6)),
    "an edit that is older than the entry before it": grownWith(altered(row, 6, 7), altered(editRow, 9, 6)),
    "a sender who is 0": grownWith(altered(row, 1, 0)),
    "a sender without a name": grownWith(altered(row, 2, null)),
    "a recipient without a name": grownWith(altered(row, 3, 5)),
    "a recipient with a name but no id": grownWith(altered(row, 4, "bob")),
    "an edit of a message whose recipient has no name": grownWith(altered(editRow, 4, 5)),
    "a text that is a list": grownWith(altered(row, 5, ["hello"])),
    "a reply to itself": grownWith(altered(row, 7, 2)),
    "a message whose edit is 0": grownWith([...row, 0, 1_000]),
    "a message whose edit comes before it": grownWith([...row, 1, 1_000]),
    "an edit of a later message": grownWith(altered(editRow, 1, 2)),
    "a deletion of a later message": grownWith(altered(deletionRow, 1, 2)),
    "a deletion by an account without a name": grownWith(altered(deletionRow, 5, "")),
    "a deletion by a name without an account": grownWith(altered(deletionRow, 4, 0)),
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
    const long = bytesOf(grownWith(altered(row, 5, "x".repeat(MIB))));
    expect(() => decodeNotification(long)).to.throw(DecodeError, /bytes/);
  });

  it("a DecodeError does not quote the bytes, which may be a user's text", () => {
    for (const came of ['["hello"', '["grown","hello"]', '["hello"]', '["sessions-ended","hello"]']) {
      expect(() => decodeNotification(Buffer.from(came))).to.throw(DecodeError, /^(?!.*hello)/);
    }
  });

  it("a notification that was decoded from any JSON is the same after encoding and decoding", () => {
    const fields = fc.oneof(
      fc.constantFrom("grown", "head", "forgotten", "read", "presence", "log"),
      fc.nat(),
      fc.jsonValue(),
    );
    const value = fc.oneof(
      fc.array(fields),
      fc.array(fc.array(fc.oneof(fc.nat(), fc.string()))).map((rows) => grownWith(...rows)),
      alteredRow.map((altered) => grownWith(altered)),
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
    kind: "message",
    id: messageId,
    senderId: 2,
    sender: "ana",
    recipientId: 0,
    recipient: "",
    text: "hello",
    sentAt: 1_000 + messageId,
    replyTo: 0,
    editId: 0,
    editedAt: 0,
  };
}

/** A row with one field replaced. */
function altered(fields: readonly unknown[], at: number, value: unknown): unknown[] {
  return fields.with(at, value);
}
