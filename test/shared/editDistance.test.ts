import { expect } from "chai";
import { editDistance } from "../../src/shared/editDistance.ts";

describe("editDistance", () => {
  it("an inserted, deleted, replaced or swapped letter is one edit, and the case of letters does not count", () => {
    for (const word of ["burst", "Burst", "BURST"]) expect(editDistance(word, "burst"), word).to.equal(0);
    for (const word of ["burrst", "brst", "borst", "brust"]) expect(editDistance(word, "burst"), word).to.equal(1);
    expect(editDistance("", "burst")).to.equal(5);
    expect(editDistance("listen", "silent")).to.equal(4);
  });
});
