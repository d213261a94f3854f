import { expect } from "chai";
import fc from "fast-check";
import { maySee } from "../../src/server/log/message.ts";
import { Timeline } from "../../src/server/log/timeline.ts";
import { decode, encoder, idsOf } from "../support/encoder.ts";
import { entry } from "../support/messages.ts";

/** A stretch from id 1 on: who each message is from and to. */
function stretch(messages: readonly { from?: number; to?: number; length?: number }[], response = 64 * 1024): Timeline {
  const timeline = new Timeline(encoder, { timelineBytes: Number.POSITIVE_INFINITY, responseBytes: response }, 0);
  for (const [i, more] of messages.entries()) timeline.append(entry(i + 1, more));
  return timeline;
}

const toAll = {};
const [ana, bob, eve, ina] = [1, 2, 3, 4];

describe("What a stretch of the log gives", () => {
  it("is a whole response: the messages behind a place, in order, and the cursor that covers them", () => {
    const { bytes, cursor } = stretch([toAll, toAll, toAll]).take(1, eve);
    expect(idsOf(bytes)).to.deep.equal([2, 3]);
    expect(Number(decode(bytes).cursor)).to.equal(3);
    expect(cursor).to.equal(3);
  });

  it("is the very same bytes for readers at the same place that may see the same", () => {
    const line = stretch([toAll, { from: ana, to: bob }, toAll]);
    expect(line.take(0, eve).bytes).to.equal(line.take(0, ina).bytes);
    expect(line.take(1, eve).bytes).to.equal(line.take(1, ina).bytes);
    expect(line.take(0, eve).bytes).to.not.equal(line.take(1, eve).bytes);
  });

  it("has a private message for its two alone, and the cursor passes it for all", () => {
    const line = stretch([toAll, { from: ana, to: bob }]);
    expect([ana, bob, eve].map((account) => idsOf(line.take(0, account).bytes))).to.deep.equal([[1, 2], [1, 2], [1]]);
    expect([ana, bob, eve].map((account) => line.take(0, account).cursor)).to.deep.equal([2, 2, 2]);
    expect(Number(decode(line.take(0, eve).bytes).cursor)).to.equal(2);
  });

  it("does not depend on who asked first", () => {
    for (const order of [
      [ana, eve],
      [eve, ana],
    ]) {
      const line = stretch([toAll, { from: ana, to: bob }]);
      const ids = new Map(order.map((account) => [account, idsOf(line.take(0, account).bytes)]));
      expect([ids.get(ana), ids.get(eve)]).to.deep.equal([[1, 2], [1]]);
    }
  });

  it("is no bytes at all, and a cursor, where there is nothing to be seen", () => {
    const { bytes, cursor } = stretch([
      { from: ana, to: bob },
      { from: bob, to: ana },
    ]).take(0, eve);
    expect(bytes).to.have.length(0);
    expect(cursor).to.equal(2);
  });

  it("has an end also where nothing can be seen for long: the event loop is not kept", () => {
    const line = stretch(Array.from({ length: 10_000 }, () => ({ from: ana, to: bob })));
    const { bytes, cursor } = line.take(0, eve);
    expect(bytes).to.have.length(0);
    expect(cursor).to.be.within(1, 5_000);
  });

  it("fills a response up to its size, and the next one goes on behind it", () => {
    const line = stretch(Array.from({ length: 100 }, () => ({ length: 1_000 })));
    const first = line.take(0, eve);
    expect(first.bytes.length).to.be.within(60 * 1024 - 1_100, 60 * 1024);
    expect(idsOf(first.bytes).at(-1)).to.equal(first.cursor);
    expect(idsOf(line.take(first.cursor, eve).bytes)[0]).to.equal(first.cursor + 1);
  });

  it("is one message alone where that is larger than a response", () => {
    const line = stretch([toAll, { length: 5_000 }, toAll], 1_000);
    expect([0, 1, 2].map((after) => idsOf(line.take(after, eve).bytes))).to.deep.equal([[1], [2], [3]]);
  });

  it("is less for a reader that has something else to put into its response", () => {
    const line = stretch(Array.from({ length: 20 }, () => ({ length: 100 })));
    const { bytes, cursor } = line.take(0, eve, 1_000);
    expect(bytes.length).to.be.within(700, 1_000);
    expect(idsOf(bytes)).to.have.length(cursor);
    expect(idsOf(line.take(0, eve).bytes)).to.have.length(20);
  });

  it("goes as far for all readers at a place, whatever else some of them get: they go on sharing", () => {
    const line = stretch(
      Array.from({ length: 200 }, (_, i) => (i % 20 === 0 ? { from: ana, to: bob } : { length: 1_000 })),
    );
    for (let after = 0; after < line.lastId; ) {
      // One has answers to its own commands in its response.
      const answering = line.take(after, eve, 62 * 1024);
      expect(answering).to.equal(line.take(after, ina));
      const { cursor } = answering;
      expect([line.take(after, ana).cursor, line.take(after, eve).cursor]).to.deep.equal([cursor, cursor]);
      after = cursor;
    }
  });

  it("is what each may see, once, in order, in responses of at most the size, for whoever reads it to the end", () => {
    const account = fc.integer({ min: 1, max: 4 });
    const message = fc.record({
      from: account,
      to: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, account),
      length: fc.integer({ min: 1, max: 700 }),
    });
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 200, max: 3_000 }),
        (all, size) => {
          const line = stretch(all, size);
          for (const reader of [ana, bob, eve, ina, 9]) {
            const seen: number[] = [];
            for (let after = 0; after < all.length; ) {
              const { bytes, cursor } = line.take(after, reader);
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
