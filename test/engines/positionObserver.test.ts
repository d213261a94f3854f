import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { PositionObserver, type ReportedPosition } from "../../src/server/engines/shared/observedPosition.ts";

/** A database whose log has 9 messages, and an observer that has read it. */
async function observed({ renews = true } = {}) {
  const log = { logId: "first", headId: 9, oldestId: 1, serverStart: 1, appendedSince: 1, headAtStart: 0 };
  const reports: string[] = [];
  const renew = async (_: ReportedPosition, logId: string) => {
    log.logId = renews ? logId : "of another node";
    return renews;
  };
  const observer = new PositionObserver({ read: async () => ({ ...log }), renew }, ({ message }) =>
    reports.push(message),
  );
  await observer.state();
  return { log, observer, reports };
}

describe("PositionObserver", () => {
  it("a log that lost messages gets a new id, which is reported once", async () => {
    const { log, observer, reports } = await observed();
    log.headId = 5;
    const state = await observer.state();
    expect(state.logId).to.not.equal("first");
    expect(await observer.state()).to.deep.equal(state);
    expect(reports).to.have.length(1);
    expect(reports[0]).to.contain("it had message 9").and.contain("ended at message 5");
  });

  it("a regression that another node has handled is not reported", async () => {
    const { log, observer, reports } = await observed({ renews: false });
    log.headId = 5;
    expect((await observer.state()).logId).to.equal("of another node");
    expect(reports).to.deep.equal([]);
  });

  it("an append to another log is refused, and one to no log in particular is not", async () => {
    const { observer } = await observed();
    expect(observer.positionFor("first").headId).to.equal(9);
    expect(observer.positionFor(undefined).headId).to.equal(9);
    expect(() => observer.positionFor("second")).to.throw(StoreUnavailable, "the log is first now, not second");
  });

  it("an append that ends after the log was replaced does not move the observed position", async () => {
    const { observer } = await observed();
    const { logId, serverStart } = observer.observed;
    observer.appended({ logId: "second", headId: 12, serverStart });
    expect(observer.observed.headId).to.equal(9);
    observer.appended({ logId, headId: 12, serverStart });
    expect(observer.observed.headId).to.equal(12);
  });
});
