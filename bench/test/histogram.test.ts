import { expect } from "chai";
import fc from "fast-check";
import { Histogram } from "../load/histogram.ts";

describe("Histogram", () => {
  it("every quantile is within 1 % of the exact value", () => {
    const times = fc.array(fc.integer({ min: 1, max: 2_000_000_000 }), { minLength: 1 });
    fc.assert(
      fc.property(times, fc.double({ min: 0.01, max: 1, noNaN: true }), (microseconds, share) => {
        const histogram = new Histogram();
        for (const time of microseconds) histogram.add(time / 1000);
        const exact = microseconds.sort((one, other) => one - other)[Math.ceil(share * microseconds.length) - 1] ?? 0;
        expect(histogram.quantile(share) * 1000).to.be.closeTo(exact, exact * 0.01);
      }),
    );
  });
});
