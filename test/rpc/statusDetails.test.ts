import { expect } from "chai";
import fc from "fast-check";
import { readStatusDetails } from "../../src/client/statusDetails.ts";
import { type StatusFacts, statusDetails } from "../../src/server/rpc/statusDetails.ts";

const PLAIN: StatusFacts = { code: 8, message: "no", reason: "OVERLOADED", field: undefined, retryAfterMs: undefined };

describe("statusDetails", () => {
  it("the bytes are a google.rpc.Status with an ErrorInfo", () => {
    const type = "type.googleapis.com/google.rpc.ErrorInfo";
    const info = "\x0a\x0aOVERLOADED\x12\x07obrolan";
    const any = `\x0a${String.fromCharCode(type.length)}${type}\x12${String.fromCharCode(info.length)}${info}`;
    expect(statusDetails(PLAIN).toString("latin1")).to.equal(
      `\x08\x08\x12\x02no\x1a${String.fromCharCode(any.length)}${any}`,
    );
  });

  it("a BadRequest is included only for a wrong field, and a RetryInfo only for a wait", () => {
    const namesOf = (facts: StatusFacts) =>
      [
        ...statusDetails(facts)
          .toString("latin1")
          .matchAll(/google\.rpc\.(\w+)/g),
      ].map(([, name]) => name);
    expect(namesOf(PLAIN)).to.deep.equal(["ErrorInfo"]);
    expect(namesOf({ ...PLAIN, field: "username" })).to.deep.equal(["ErrorInfo", "BadRequest"]);
    expect(namesOf({ ...PLAIN, retryAfterMs: 1_000 })).to.deep.equal(["ErrorInfo", "RetryInfo"]);
  });

  it("the client library reads the facts that the server wrote", () => {
    const facts = fc.record<StatusFacts>({
      code: fc.integer({ min: 1, max: 16 }),
      message: fc.string({ unit: "grapheme" }),
      reason: fc.stringMatching(/^[A-Z_]{1,40}$/),
      field: fc.option(fc.stringMatching(/^[a-z_]{1,20}$/), { nil: undefined }),
      retryAfterMs: fc.option(fc.integer({ min: 1, max: 10_000_000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(facts, (written) => {
        const read = readStatusDetails(statusDetails(written));
        const { field, message } = written;
        expect(read.reason).to.equal(written.reason);
        expect(read.retryAfterMs).to.equal(written.retryAfterMs);
        expect(read.fields).to.deep.equal(field === undefined ? [] : [{ field, description: message }]);
      }),
    );
  });
});
