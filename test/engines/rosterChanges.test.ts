import { expect } from "chai";
import { type ChangeRow, changesAfter, MAX_CHANGE_ROWS } from "../../src/server/engines/shared/rosterChanges.ts";

/** The changes at these offsets. */
function rows(from: number, count: number): ChangeRow[] {
  return Array.from({ length: count }, (_, i) => [from + i, `user${from + i}`, i % 2 === 0]);
}

describe("changesAfter", () => {
  it("the changes after an offset are returned with the offset of the last one", () => {
    const changes = [
      { username: "user8", online: false },
      { username: "user9", online: true },
    ];
    expect(changesAfter(7, rows(7, 3))).to.deep.equal({ changes, offset: 9 });
    expect(changesAfter(7, rows(7, 1))).to.deep.equal({ changes: [], offset: 7 });
  });

  it("no changes are returned if the change at the offset was removed", () => {
    expect(changesAfter(7, rows(8, 3))).to.equal(undefined);
    expect(changesAfter(7, [])).to.equal(undefined);
  });

  it("no changes are returned if there are more than fit", () => {
    expect(changesAfter(7, rows(7, MAX_CHANGE_ROWS - 1))?.changes).to.have.length(MAX_CHANGE_ROWS - 2);
    expect(changesAfter(7, rows(7, MAX_CHANGE_ROWS))).to.equal(undefined);
  });
});
