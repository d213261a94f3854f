import { expect } from "chai";
import fc from "fast-check";
import { Histogram } from "../../src/server/common/histogram.ts";

describe("Histogram", () => {
  it("a histogram counts a value at the lowest bound that is not below the value, or above all bounds", () => {
    const sizes = new Histogram([1, 10, 100]);
    for (const value of [0, 1, 2, 10, 10.5, 100, 101, 5_000]) sizes.add(value);
    expect(sizes.counts).to.deep.equal([2, 2, 2, 2]);
    expect(sizes.count).to.equal(8);
    expect(sizes.sum).to.equal(5_224.5);
  });

  it("a histogram counts each value exactly once", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000)), (values) => {
        const sizes = new Histogram([0, 5, 50, 500]);
        for (const value of values) sizes.add(value);
        const upTo = (bound: number) => values.filter((value) => value <= bound).length;
        let below = 0;
        for (const [i, bound] of sizes.bounds.entries()) {
          below += sizes.counts[i] ?? 0;
          expect(below).to.equal(upTo(bound));
        }
        expect(below + (sizes.counts.at(-1) ?? 0)).to.equal(values.length);
      }),
    );
  });
});
