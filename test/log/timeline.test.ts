import { expect } from "chai";
import fc from "fast-check";
import { Timeline } from "../../src/server/log/timeline.ts";
import { encoder, idsOf } from "../support/encoder.ts";
import { entry } from "../support/messages.ts";

const RESPONSE = 64 * 1024;

function timeline(maxBytes: number, headId = 0): Timeline {
  return new Timeline(encoder, { timelineBytes: maxBytes, responseBytes: RESPONSE }, headId);
}

describe("The timeline", () => {
  it("without an entry is at the head that it was made with", () => {
    const empty = timeline(10_000, 41);
    expect([empty.firstId, empty.lastId, empty.bytes]).to.deep.equal([42, 41, 0]);
    expect(empty.recent(1, 1)).to.equal(undefined);
  });

  it("takes the entry that follows, and no other", () => {
    const line = timeline(10_000, 41);
    for (const id of [41, 43, 1]) expect(() => line.append(entry(id)), `${id}`).to.throw(/follow/);
    line.append(entry(42));
    expect([line.firstId, line.lastId]).to.deep.equal([42, 42]);
    expect(() => line.append(entry(42))).to.throw(/follow/);
  });

  it("lets the oldest ones go where they take too much, and has what is left at hand", () => {
    const line = timeline(3_000);
    for (let id = 1; id <= 50; id++) line.append(entry(id, { length: 100 }));
    expect(line.lastId).to.equal(50);
    expect(line.firstId).to.be.within(30, 45);
    expect(line.bytes).to.be.at.most(3_000);
    const { bytes, cursor } = line.take(line.firstId - 1, 9);
    expect(idsOf(bytes)[0]).to.equal(line.firstId);
    expect(cursor).to.equal(50);
  });

  it("never loses the newest one, however large it is", () => {
    const line = timeline(1_000);
    for (let id = 1; id <= 3; id++) {
      line.append(entry(id, { length: 4_000 }));
      expect([line.firstId, line.lastId]).to.deep.equal([id, id]);
      expect(idsOf(line.take(id - 1, 9).bytes)).to.deep.equal([id]);
    }
  });

  it("goes on as ever when it has let go of thousands", () => {
    const line = timeline(20_000);
    for (let id = 1; id <= 10_000; id++) line.append(entry(id));
    const first = line.firstId;
    expect(10_000 - first).to.be.within(50, 200);
    expect(idsOf(line.take(first - 1, 9).bytes)).to.deep.equal(
      Array.from({ length: 10_000 - first + 1 }, (_, i) => first + i),
    );
  });

  it("forgets what the log has forgotten, and counts its bytes no more", () => {
    const line = timeline(100_000);
    for (let id = 1; id <= 3; id++) line.append(entry(id));
    const forgotten = line.bytes;
    for (let id = 4; id <= 10; id++) line.append(entry(id));
    const all = line.bytes;
    line.truncateBefore(4);
    expect([line.firstId, line.lastId, line.bytes]).to.deep.equal([4, 10, all - forgotten]);
    line.truncateBefore(2);
    expect(line.firstId).to.equal(4);
    line.truncateBefore(11);
    expect([line.firstId, line.lastId, line.bytes]).to.deep.equal([11, 10, 0]);
    line.append(entry(11));
    expect([line.firstId, line.lastId]).to.deep.equal([11, 11]);
  });

  it("forgets also what never came in: what the log has next comes behind it", () => {
    const line = timeline(100_000);
    for (let id = 1; id <= 3; id++) line.append(entry(id));
    line.truncateBefore(90);
    expect([line.firstId, line.lastId, line.bytes]).to.deep.equal([90, 89, 0]);
    line.append(entry(90));
    expect([line.firstId, line.lastId]).to.deep.equal([90, 90]);
  });

  it("says where somebody's last messages begin, as far as it reaches", () => {
    const line = timeline(100_000, 10);
    for (const [i, to] of [0, 2, 3, 0, 3].entries()) line.append(entry(11 + i, { from: 1, to }));
    expect([1, 2, 3].map((count) => line.recent(2, count))).to.deep.equal([14, 12, 11]);
    expect(line.recent(2, 4)).to.equal(undefined);
    expect([1, 2, 3, 4].map((count) => line.recent(3, count))).to.deep.equal([15, 14, 13, 11]);
    expect(line.recent(9, 2)).to.equal(11);
  });

  it("gives a reader at the tail what has come since, not what was there when another one asked", () => {
    const line = timeline(100_000);
    line.append(entry(1));
    expect(idsOf(line.take(0, 9).bytes)).to.deep.equal([1]);
    line.append(entry(2));
    expect(idsOf(line.take(0, 9).bytes)).to.deep.equal([1, 2]);
  });

  it("keeps within its bytes and has each of its entries, whatever comes and is forgotten", () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ length: fc.integer({ min: 1, max: 900 }) }) },
      { weight: 1, arbitrary: fc.record({ forget: fc.nat(60) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const line = timeline(2_500);
        let next = 1;
        for (const taken of steps) {
          const { firstId } = line;
          if ("forget" in taken) {
            line.truncateBefore(taken.forget);
            next = Math.max(next, taken.forget);
            expect(line.firstId).to.equal(Math.max(firstId, taken.forget));
          } else {
            line.append(entry(next++, { length: taken.length }));
            expect(line.firstId).to.be.within(firstId, line.lastId);
          }
          expect(line.lastId).to.equal(next - 1);
          if (line.firstId > line.lastId) expect(line.bytes).to.equal(0);
          else {
            if (line.firstId < line.lastId) expect(line.bytes).to.be.at.most(2_500);
            const ids = idsOf(line.take(line.firstId - 1, 9).bytes);
            expect(ids).to.deep.equal(Array.from({ length: next - line.firstId }, (_, i) => line.firstId + i));
          }
        }
      }),
    );
  });
});
