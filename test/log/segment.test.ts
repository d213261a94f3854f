import { expect } from "chai";
import fc from "fast-check";
import { type Entry, maySee } from "../../src/server/log/entry.ts";
import { Timeline } from "../../src/server/log/timeline.ts";
import { decode, encoder, entriesOf, idsOf } from "../support/encoder.ts";
import { at, deleted, edited, encoded, entry, erasedAt, message } from "../support/messages.ts";

/** A segment that begins with id 1, given by the sender, recipient and length of each message. */
function segment(messages: readonly { from?: number; to?: number; length?: number }[], response = 64 * 1024): Timeline {
  const timeline = new Timeline(encoder, { timelineBytes: Number.POSITIVE_INFINITY, responseBytes: response }, 0);
  for (const [i, more] of messages.entries()) timeline.append(entry(i + 1, more));
  return timeline;
}

const toAll = {};
const [ana, bob, eve, ina] = [1, 2, 3, 4];

describe("ChunkBuilder", () => {
  it("a chunk is a complete response: the messages after a cursor, in order, and the new cursor", () => {
    const { bytes, cursor } = segment([toAll, toAll, toAll]).take(at(1, eve));
    expect(idsOf(bytes)).to.deep.equal([2, 3]);
    expect(Number(decode(bytes).cursor)).to.equal(3);
    expect(cursor).to.equal(3);
  });

  it("readers with the same cursor and visibility get the very same bytes", () => {
    const part = segment([toAll, { from: ana, to: bob }, toAll]);
    expect(part.take(at(0, eve)).bytes).to.equal(part.take(at(0, ina)).bytes);
    expect(part.take(at(1, eve)).bytes).to.equal(part.take(at(1, ina)).bytes);
    expect(part.take(at(0, eve)).bytes).to.not.equal(part.take(at(1, eve)).bytes);
  });

  it("a private message is in the chunks of its two accounts only, and every account's cursor moves past it", () => {
    const part = segment([toAll, { from: ana, to: bob }]);
    expect([ana, bob, eve].map((account) => idsOf(part.take(at(0, account)).bytes))).to.deep.equal([
      [1, 2],
      [1, 2],
      [1],
    ]);
    expect([ana, bob, eve].map((account) => part.take(at(0, account)).cursor)).to.deep.equal([2, 2, 2]);
    expect(Number(decode(part.take(at(0, eve)).bytes).cursor)).to.equal(2);
  });

  it("a chunk does not depend on which account takes it first", () => {
    for (const order of [
      [ana, eve],
      [eve, ana],
    ]) {
      const part = segment([toAll, { from: ana, to: bob }]);
      const ids = new Map(order.map((account) => [account, idsOf(part.take(at(0, account)).bytes)]));
      expect([ids.get(ana), ids.get(eve)]).to.deep.equal([[1, 2], [1]]);
    }
  });

  it("a chunk without visible messages has no bytes, but a cursor", () => {
    const { bytes, cursor } = segment([
      { from: ana, to: bob },
      { from: bob, to: ana },
    ]).take(at(0, eve));
    expect(bytes).to.have.length(0);
    expect(cursor).to.equal(2);
  });

  it("a chunk covers a bounded number of invisible messages, so that it does not block the event loop", () => {
    const part = segment(Array.from({ length: 10_000 }, () => ({ from: ana, to: bob })));
    const { bytes, cursor } = part.take(at(0, eve));
    expect(bytes).to.have.length(0);
    expect(cursor).to.be.within(1, 5_000);
  });

  it("a chunk fills up to 15/16 of a response, and the next one continues after it", () => {
    const part = segment(Array.from({ length: 100 }, () => ({ length: 1_000 })));
    const first = part.take(at(0, eve));
    expect(first.bytes.length).to.be.within(60 * 1024 - 1_100, 60 * 1024);
    expect(idsOf(first.bytes).at(-1)).to.equal(first.cursor);
    expect(idsOf(part.take(at(first.cursor, eve)).bytes)[0]).to.equal(first.cursor + 1);
  });

  it("a message that is larger than a response is a chunk of its own", () => {
    const part = segment([toAll, { length: 5_000 }, toAll], 1_000);
    expect([0, 1, 2].map((after) => idsOf(part.take(at(after, eve)).bytes))).to.deep.equal([[1], [2], [3]]);
  });

  it("a chunk is smaller if other content takes more than 1/16 of the reader's response", () => {
    const part = segment(Array.from({ length: 20 }, () => ({ length: 100 })));
    const { bytes, cursor } = part.take(at(0, eve), 1_000);
    expect(bytes.length).to.be.within(700, 1_000);
    expect(idsOf(bytes)).to.have.length(cursor);
    expect(idsOf(part.take(at(0, eve)).bytes)).to.have.length(20);
  });

  it("readers with the same cursor get the same new cursor if other content takes less than 1/16", () => {
    const part = segment(
      Array.from({ length: 200 }, (_, i) => (i % 20 === 0 ? { from: ana, to: bob } : { length: 1_000 })),
    );
    for (let after = 0; after < part.lastId; ) {
      // This response also has 2 KiB of replies.
      const answering = part.take(at(after, eve), 62 * 1024);
      expect(answering).to.equal(part.take(at(after, ina)));
      const { cursor } = answering;
      expect([part.take(at(after, ana)).cursor, part.take(at(after, eve)).cursor]).to.deep.equal([cursor, cursor]);
      after = cursor;
    }
  });

  describe("with edits and deletions", () => {
    /** A segment with these entries, from id 1. */
    const of = (...entries: readonly Entry[]) => {
      const part = segment([]);
      for (const one of entries) part.append(encoded(one));
      return part;
    };

    it("an edit and a deletion are in the chunks of the accounts that may see the message, and of no other", () => {
      const secret = { from: ana, to: bob };
      const part = of(message(1), message(2, secret), edited(3, 1), edited(4, 2, secret), deleted(5, 2, secret));
      const seen = [ana, bob, eve].map((account) => entriesOf(part.take(at(1, account)).bytes));
      const all = ["message 2", "edited 3", "edited 4", "deleted 5"];
      expect(seen).to.deep.equal([all, all, ["edited 3"]]);
      expect([ana, eve].map((account) => part.take(at(1, account)).cursor)).to.deep.equal([5, 5]);
      expect(part.take(at(1, ana)).messages).to.equal(4);
    });

    it("an erased entry is in no chunk, and every cursor moves past it", () => {
      const part = of(message(1), erasedAt(2), erasedAt(3));
      expect(entriesOf(part.take(at(0)).bytes)).to.deep.equal(["message 1"]);
      const { bytes, cursor, messages } = part.take(at(1));
      expect([bytes.length, cursor, messages]).to.deep.equal([0, 3, 0]);
    });

    it("a reader gets no change with an id up to `changesAfter`, and the same cursor as other readers", () => {
      const part = of(message(1), message(2), edited(3, 1), deleted(4, 9), edited(5, 2));
      const seen = [0, 3, 4, 5].map((changesAfter) => part.take(at(0, eve, changesAfter)));
      expect(seen.map(({ bytes }) => entriesOf(bytes).slice(2))).to.deep.equal([
        ["edited 3", "deleted 4", "edited 5"],
        ["deleted 4", "edited 5"],
        ["edited 5"],
        [],
      ]);
      expect(seen.map(({ cursor }) => cursor)).to.deep.equal([5, 5, 5, 5]);
    });

    it("readers with and without `changesAfter` share the chunks that have no earlier change", () => {
      const part = of(message(1), edited(2, 1), message(3), { ...message(4, { from: ana, to: bob }) }, edited(5, 3));
      expect(part.take(at(0, eve, 2))).to.not.equal(part.take(at(0, eve)));
      expect(part.take(at(0, eve, 1))).to.equal(part.take(at(0, eve)));
      expect(part.take(at(2, eve, 4))).to.equal(part.take(at(2, eve)));
      expect(part.take(at(2, eve, 5))).to.not.equal(part.take(at(2, eve)));
    });
  });

  it("every reader gets the messages that it may see once, in order, in chunks of bounded size", () => {
    const account = fc.integer({ min: 1, max: 4 });
    const anyMessage = fc.record({
      from: account,
      to: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, account),
      length: fc.integer({ min: 1, max: 700 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyMessage, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 200, max: 3_000 }),
        (all, size) => {
          const part = segment(all, size);
          for (const reader of [ana, bob, eve, ina, 9]) {
            const seen: number[] = [];
            for (let after = 0; after < all.length; ) {
              const { bytes, cursor } = part.take(at(after, reader));
              const ids = idsOf(bytes);
              expect(cursor).to.be.above(after);
              if (bytes.length > 0) expect(Number(decode(bytes).cursor)).to.equal(cursor);
              if (ids.length > 1) expect(bytes.length).to.be.at.most(size);
              seen.push(...ids);
              after = cursor;
            }
            const visible = all.flatMap(({ from, to }, i) =>
              maySee(reader, { senderId: from, recipientId: to }) ? [i + 1] : [],
            );
            expect(seen).to.deep.equal(visible);
          }
        },
      ),
    );
  });
});
