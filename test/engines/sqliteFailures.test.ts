import { expect } from "chai";
import { failureOf } from "../../src/server/engines/sqlite/failures.ts";

const [FULL, BUSY, IOERR, IOERR_FSYNC, BUSY_SNAPSHOT, CONSTRAINT] = [13, 5, 10, 1034, 517, 19];

/** An error as `node:sqlite` throws it. */
function sqliteError(errcode: number): Error {
  return Object.assign(new Error(`error ${errcode}`), { code: "ERR_SQLITE_ERROR", errcode });
}

describe("failureOf", () => {
  for (const errcode of [FULL, BUSY, IOERR, IOERR_FSYNC, CONSTRAINT]) {
    it(`an error before the commit is unavailable: it has changed nothing (${errcode})`, () => {
      expect(failureOf(sqliteError(errcode), false)).to.deep.equal({
        kind: "unavailable",
        message: `error ${errcode}`,
      });
    });
  }
  for (const errcode of [FULL, BUSY, BUSY_SNAPSHOT]) {
    it(`an error of a commit that was rolled back is unavailable: it has changed nothing (${errcode})`, () => {
      expect(failureOf(sqliteError(errcode), true).kind).to.equal("unavailable");
    });
  }
  for (const errcode of [IOERR, IOERR_FSYNC]) {
    it(`an error of a commit that may be on disk is unknown (${errcode})`, () => {
      expect(failureOf(sqliteError(errcode), true).kind).to.equal("unknown");
    });
  }
  it("an error of a commit that does not come from SQLite is unknown", () => {
    expect(failureOf(new Error("what is this?"), true)).to.deep.equal({ kind: "unknown", message: "what is this?" });
    expect(failureOf("not even an error", true)).to.deep.equal({ kind: "unknown", message: "not even an error" });
  });
});
