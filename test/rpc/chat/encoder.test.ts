import { expect } from "chai";
import { DEFAULT_LIMITS } from "../../../src/server/common/limits.ts";
import type { Message } from "../../../src/server/log/entry.ts";
import { encoder, onlyEvent } from "../../support/encoder.ts";

const MESSAGE: Message = {
  kind: "message",
  id: 7,
  senderId: 1,
  sender: "ana",
  recipientId: 2,
  recipient: "bob",
  text: "the new text",
  sentAt: 1_700_000_000_000,
  replyTo: 3,
  editId: 9,
  editedAt: 1_700_000_001_500,
};

describe("WireEncoder", () => {
  it("a message is sent with the time of its newest edit and the id that it replies to", () => {
    expect(onlyEvent(encoder.event(MESSAGE))).to.deep.equal({
      $case: "message",
      value: {
        id: 7n,
        sender: "ana",
        recipient: "bob",
        text: "the new text",
        sentAt: new Date(1_700_000_000_000),
        editedAt: new Date(1_700_000_001_500),
        replyTo: 3n,
      },
    });
  });

  it("an edit is sent with its own id, the id of its message, the new text and its time", () => {
    expect(onlyEvent(encoder.event({ kind: "edited", id: 9, message: MESSAGE }))).to.deep.equal({
      $case: "edited",
      value: { id: 9n, messageId: 7n, text: "the new text", editedAt: new Date(1_700_000_001_500) },
    });
  });

  it("a deletion is sent with its own id, the id of its message, its time and who deleted the message", () => {
    const deleted = { id: 9, messageId: 7, senderId: 1, recipientId: 2, deletedAt: 1_700_000_002_000 };
    const value = { id: 9n, messageId: 7n, deletedAt: new Date(1_700_000_002_000) };
    const sent = (by: { byId: number; by: string }) => onlyEvent(encoder.event({ kind: "deleted", ...deleted, ...by }));
    expect(sent({ byId: 1, by: "ana" })).to.deep.equal({ $case: "deleted", value: { ...value, by: "ana" } });
    expect(sent({ byId: 0, by: "" }), "the server").to.deep.equal({ $case: "deleted", value: { ...value, by: "" } });
  });

  it("a move of the read marker is sent without an id of its own", () => {
    expect(onlyEvent(encoder.event({ kind: "read", upTo: 12 }))).to.deep.equal({
      $case: "read",
      value: { upToId: 12n },
    });
  });

  it("the welcome has the read marker, and spends no byte on one that is not there", () => {
    const welcome = { kind: "welcome", username: "ana", logId: "log", headId: 20, limits: DEFAULT_LIMITS } as const;
    const bytes = encoder.event({ ...welcome, readUpTo: 12 });
    expect(onlyEvent(bytes)).to.deep.include({ $case: "welcome" }).and.nested.include({ "value.readUpTo": 12n });
    expect(encoder.event({ ...welcome, readUpTo: 0 }).length).to.equal(bytes.length - 2);
  });

  it("the reasons of a message that is unknown or of another sender are those of the contract", () => {
    const reasonOf = (reason: "MESSAGE_UNKNOWN" | "NOT_THE_SENDER") => {
      const event = onlyEvent(encoder.event({ kind: "rejected", reason, message: "No." }));
      return event.$case === "rejected" ? event.value.reason : undefined;
    };
    expect([reasonOf("MESSAGE_UNKNOWN"), reasonOf("NOT_THE_SENDER")]).to.deep.equal([23, 24]);
  });
});
