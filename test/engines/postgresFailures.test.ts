import { expect } from "chai";
import fc from "fast-check";
import pg from "pg";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { outcomeOf } from "../../src/server/engines/postgres/failures.ts";
import { CircuitBreaker } from "../../src/server/engines/shared/circuitBreaker.ts";
import { unavailable, wordsOf } from "../../src/server/engines/shared/failures.ts";
import { hasRegressed, observe } from "../../src/server/engines/shared/observedPosition.ts";

function databaseError(severity: string, code: string): Error {
  return Object.assign(new pg.DatabaseError("something", 9, "error"), { severity, code });
}

describe("outcomeOf", () => {
  it("outcomeOf returns StoreUnavailable for an error that ended only the transaction", () => {
    for (const code of ["55P03", "57014", "53100", "25006", "23505", "OB001", "40P01"]) {
      for (const severity of ["ERROR", "FEHLER"]) {
        expect(outcomeOf(databaseError(severity, code)), `${severity} ${code}`).to.be.instanceOf(StoreUnavailable);
      }
    }
  });

  it("outcomeOf returns OutcomeUnknown for an error that ended the connection or the server", () => {
    const cases: [string, string][] = [
      ["FATAL", "57P01"],
      ["FATAL", "25P03"],
      ["PANIC", "53100"],
      ["PANIC", "XX000"],
      ["FATAL", "57P05"],
      ["FEHLER", "57P01"],
      ["致命的エラー", "57P02"],
      ["PANIK", "XX000"],
    ];
    for (const [severity, code] of cases) {
      expect(outcomeOf(databaseError(severity, code)), `${severity} ${code}`).to.be.instanceOf(OutcomeUnknown);
    }
    expect(outcomeOf(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }))).to.be.instanceOf(
      OutcomeUnknown,
    );
    expect(outcomeOf(new Error("Connection terminated unexpectedly"))).to.be.instanceOf(OutcomeUnknown);
  });

  it("the returned error has the message of the original one, and the original one as its cause", () => {
    const error = databaseError("ERROR", "55P03");
    expect(outcomeOf(error)).to.include({ message: "something", cause: error });
    expect(unavailable(error)).to.include({ message: "something", cause: error });
    const already = new StoreUnavailable("closed");
    expect(unavailable(already)).to.equal(already);
    const several = new AggregateError([
      new Error("connect ECONNREFUSED ::1"),
      new Error("connect ECONNREFUSED 127.0.0.1"),
    ]);
    expect(wordsOf(several)).to.equal("connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1");
  });
});

describe("CircuitBreaker", () => {
  it("a circuit breaker opens at the first failure, keeps and reports only that one, and closes at a success", () => {
    const firsts: Error[] = [];
    const breaker = new CircuitBreaker((error) => firsts.push(error));
    expect(breaker.openReason).to.equal(undefined);
    const [first, second] = [new Error("first"), new Error("second")];
    breaker.failed(first);
    breaker.failed(second);
    expect(breaker.openReason).to.equal(first);
    expect(firsts).to.deep.equal([first]);
    breaker.succeeded();
    expect(breaker.openReason).to.equal(undefined);
    breaker.failed(second);
    expect(firsts).to.deep.equal([first, second]);
  });
});

describe("hasRegressed", () => {
  /**
   * Database servers that follow one another: each begins with the messages of the one before, without the last `lost`.
   * In each step a message may be appended, and then the node may look at the log.
   */
  const story = fc.array(
    fc.record({
      lost: fc.integer({ min: 0, max: 3 }),
      steps: fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 2 },
  );

  it("a log has regressed if and only if it lacks messages that the node has seen", () => {
    fc.assert(
      fc.property(story, (servers) => {
        let headId = 5;
        let known = { logId: "log", headId: 0, serverStart: 0 };
        let appendedSince = 0;
        let headAtStart = 0;
        for (const [i, { lost, steps }] of servers.entries()) {
          const serverStart = i + 1;
          const end = headId - lost;
          const isLost = i > 0 && known.headId > end;
          headId = i > 0 ? end : headId;
          for (const [append, look] of [...steps, [false, true]] as [boolean, boolean][]) {
            if (append) {
              if (appendedSince !== serverStart) headAtStart = headId;
              appendedSince = serverStart;
              headId += 1;
            }
            if (!look) continue;
            const log = { logId: "log", headId, oldestId: 1, serverStart, appendedSince, headAtStart };
            const isOther = known.serverStart !== serverStart;
            expect(hasRegressed(log, known)).to.equal(isOther && isLost);
            if (isOther && isLost) return;
            known = observe(known, log);
          }
        }
      }),
    );
  });

  it("positions of another log are not compared", () => {
    const log = { logId: "new", headId: 3, oldestId: 1, serverStart: 1, appendedSince: 1, headAtStart: 0 };
    const known = { logId: "old", headId: 9, serverStart: 1 };
    expect(hasRegressed(log, known, { logId: "old", headId: 9 })).to.equal(false);
    expect(hasRegressed(log, known, { logId: "new", headId: 4 })).to.equal(true);
    expect(hasRegressed(log, known, { logId: "new", headId: 3 })).to.equal(false);
    expect(observe(known, log)).to.deep.equal({ logId: "new", headId: 3, serverStart: 1 });
    expect(observe(observe(known, log), { ...log, headId: 2 })).to.include({ headId: 3 });
  });
});
