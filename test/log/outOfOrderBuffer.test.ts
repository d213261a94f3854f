import { expect } from "chai";
import { OutOfOrderBuffer } from "../../src/server/log/outOfOrderBuffer.ts";
import { message } from "../support/messages.ts";
import { range } from "../support/storeFixture.ts";

const batch = (from: number, to: number, length = 10) => range(from, to).map((id) => message(id, { length }));

/** The ids of all buffered batches that follow a head without a gap. */
function follow(early: OutOfOrderBuffer, headId: number): number[] {
  const ids: number[] = [];
  for (let next = early.takeNext(headId); next !== undefined; next = early.takeNext(headId + ids.length)) {
    ids.push(...next.map(({ id }) => id));
  }
  return ids;
}

describe("OutOfOrderBuffer", () => {
  it("a new buffer is empty", () => {
    const early = new OutOfOrderBuffer();
    expect([early.isEmpty, early.lastId, early.takeNext(0)]).to.deep.equal([true, 0, undefined]);
  });

  it("a batch stays in the buffer while the messages before it are missing", () => {
    const early = new OutOfOrderBuffer();
    expect(early.add(batch(5, 6))).to.equal(true);
    expect(early.takeNext(3)).to.equal(undefined);
    expect([early.isEmpty, early.lastId]).to.deep.equal([false, 6]);
    expect(follow(early, 4)).to.deep.equal([5, 6]);
    expect([early.isEmpty, early.lastId]).to.deep.equal([true, 0]);
  });

  it("batches leave in the order of ids up to the next hole, in whichever order they arrived", () => {
    const early = new OutOfOrderBuffer();
    for (const [from, to] of [
      [9, 9],
      [5, 6],
      [12, 14],
      [7, 8],
    ] as const)
      early.add(batch(from, to));
    expect(follow(early, 4)).to.deep.equal(range(5, 9));
    expect(early.lastId).to.equal(14);
    expect(follow(early, 11)).to.deep.equal(range(12, 14));
  });

  it("each message leaves the buffer once, also if batches overlap or repeat", () => {
    const early = new OutOfOrderBuffer();
    early.add(batch(5, 8));
    early.add(batch(5, 8));
    early.add(batch(7, 10));
    early.add([]);
    expect(follow(early, 5)).to.deep.equal(range(6, 10));
    expect(early.isEmpty).to.equal(true);
  });

  it("batches leave the buffer when the log has passed them", () => {
    const early = new OutOfOrderBuffer();
    early.add(batch(5, 8));
    early.add(batch(20, 21));
    expect(early.takeNext(10)).to.equal(undefined);
    early.clear();
    expect([early.isEmpty, early.lastId, early.takeNext(19)]).to.deep.equal([true, 0, undefined]);
  });

  it("the buffer holds a bounded number of batches, and has space again when some leave", () => {
    const early = new OutOfOrderBuffer();
    const kept = range(1, 1_000).filter((i) => early.add(batch(i * 2, i * 2)));
    expect(kept.length).to.be.within(10, 100);
    expect(kept).to.deep.equal(range(1, kept.length));
    expect(follow(early, 1)).to.deep.equal([2]);
    expect(early.add(batch(5_000, 5_000))).to.equal(true);
  });

  it("the buffer holds a bounded number of bytes, and has space again when batches leave", () => {
    const early = new OutOfOrderBuffer();
    const kept = range(1, 40).filter((i) => early.add(batch(i * 100, i * 100 + 9, 50_000)));
    expect(kept.length).to.be.within(1, 10);
    expect(follow(early, 99)).to.have.length(10);
    expect(early.add(batch(5_000, 5_009, 50_000))).to.equal(true);
    early.clear();
    expect(kept.filter((i) => early.add(batch(i * 100, i * 100 + 9, 50_000)))).to.deep.equal(kept);
  });
});
