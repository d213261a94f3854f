import { expect } from "chai";
import fc from "fast-check";
import { Timeline } from "../../src/server/log/timeline.ts";
import { encoder, idsOf } from "../support/encoder.ts";
import { at, entry } from "../support/messages.ts";

const RESPONSE = 64 * 1024;

function timeline(maxBytes: number, headId = 0): Timeline {
  return new Timeline(encoder, { timelineBytes: maxBytes, responseBytes: RESPONSE }, headId);
}

describe("Timeline", () => {
  it("an empty timeline is at the head that it was created with", () => {
    const empty = timeline(10_000, 41);
    expect([empty.firstId, empty.lastId, empty.bytes]).to.deep.equal([42, 41, 0]);
    expect(empty.recent(1, 1)).to.equal(undefined);
  });

  it("a timeline takes only the entry that follows its last one", () => {
    const tail = timeline(10_000, 41);
    for (const id of [41, 43, 1]) expect(() => tail.append(entry(id)), `${id}`).to.throw(/follow/);
    tail.append(entry(42));
    expect([tail.firstId, tail.lastId]).to.deep.equal([42, 42]);
    expect(() => tail.append(entry(42))).to.throw(/follow/);
  });

  it("a timeline evicts its oldest entries when they exceed the bound, and serves the others", () => {
    const tail = timeline(3_000);
    for (let id = 1; id <= 50; id++) tail.append(entry(id, { length: 100 }));
    expect(tail.lastId).to.equal(50);
    expect(tail.firstId).to.be.within(30, 45);
    expect(tail.bytes).to.be.at.most(3_000);
    const { bytes, cursor } = tail.take(at(tail.firstId - 1, 9));
    expect(idsOf(bytes)[0]).to.equal(tail.firstId);
    expect(cursor).to.equal(50);
  });

  it("a timeline never evicts its newest entry, however large it is", () => {
    const tail = timeline(1_000);
    for (let id = 1; id <= 3; id++) {
      tail.append(entry(id, { length: 4_000 }));
      expect([tail.firstId, tail.lastId]).to.deep.equal([id, id]);
      expect(idsOf(tail.take(at(id - 1, 9)).bytes)).to.deep.equal([id]);
    }
  });

  it("a timeline still works after it has evicted thousands of entries", () => {
    const tail = timeline(20_000);
    for (let id = 1; id <= 10_000; id++) tail.append(entry(id));
    const first = tail.firstId;
    expect(10_000 - first).to.be.within(50, 200);
    expect(idsOf(tail.take(at(first - 1, 9)).bytes)).to.deep.equal(
      Array.from({ length: 10_000 - first + 1 }, (_, i) => first + i),
    );
  });

  it("a truncation removes the entries before an id, and their bytes", () => {
    const tail = timeline(100_000);
    for (let id = 1; id <= 3; id++) tail.append(entry(id));
    const truncatedBytes = tail.bytes;
    for (let id = 4; id <= 10; id++) tail.append(entry(id));
    const all = tail.bytes;
    tail.truncateBefore(4);
    expect([tail.firstId, tail.lastId, tail.bytes]).to.deep.equal([4, 10, all - truncatedBytes]);
    tail.truncateBefore(2);
    expect(tail.firstId).to.equal(4);
    tail.truncateBefore(11);
    expect([tail.firstId, tail.lastId, tail.bytes]).to.deep.equal([11, 10, 0]);
    tail.append(entry(11));
    expect([tail.firstId, tail.lastId]).to.deep.equal([11, 11]);
  });

  it("a truncation beyond the last entry makes the next entry follow it", () => {
    const tail = timeline(100_000);
    for (let id = 1; id <= 3; id++) tail.append(entry(id));
    tail.truncateBefore(90);
    expect([tail.firstId, tail.lastId, tail.bytes]).to.deep.equal([90, 89, 0]);
    tail.append(entry(90));
    expect([tail.firstId, tail.lastId]).to.deep.equal([90, 90]);
  });

  it("recent() finds where the last messages of an account begin, if the timeline reaches back so far", () => {
    const tail = timeline(100_000, 10);
    for (const [i, to] of [0, 2, 3, 0, 3].entries()) tail.append(entry(11 + i, { from: 1, to }));
    expect([1, 2, 3].map((count) => tail.recent(2, count))).to.deep.equal([14, 12, 11]);
    expect(tail.recent(2, 4)).to.equal(undefined);
    expect([1, 2, 3, 4].map((count) => tail.recent(3, count))).to.deep.equal([15, 14, 13, 11]);
    expect(tail.recent(9, 2)).to.equal(11);
  });

  it("a chunk that was made before an entry came is not given to a later reader", () => {
    const tail = timeline(100_000);
    tail.append(entry(1));
    expect(idsOf(tail.take(at(0, 9)).bytes)).to.deep.equal([1]);
    tail.append(entry(2));
    expect(idsOf(tail.take(at(0, 9)).bytes)).to.deep.equal([1, 2]);
  });

  it("a timeline stays within its bytes and has each of its entries, whatever is appended or truncated", () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ length: fc.integer({ min: 1, max: 900 }) }) },
      { weight: 1, arbitrary: fc.record({ truncateBefore: fc.nat(60) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tail = timeline(2_500);
        let next = 1;
        for (const taken of steps) {
          const { firstId } = tail;
          if ("truncateBefore" in taken) {
            tail.truncateBefore(taken.truncateBefore);
            next = Math.max(next, taken.truncateBefore);
            expect(tail.firstId).to.equal(Math.max(firstId, taken.truncateBefore));
          } else {
            tail.append(entry(next++, { length: taken.length }));
            expect(tail.firstId).to.be.within(firstId, tail.lastId);
          }
          expect(tail.lastId).to.equal(next - 1);
          if (tail.firstId > tail.lastId) expect(tail.bytes).to.equal(0);
          else {
            if (tail.firstId < tail.lastId) expect(tail.bytes).to.be.at.most(2_500);
            const ids = idsOf(tail.take(at(tail.firstId - 1, 9)).bytes);
            expect(ids).to.deep.equal(Array.from({ length: next - tail.firstId }, (_, i) => tail.firstId + i));
          }
        }
      }),
    );
  });
});
