import { expect } from "chai";
import { ServerError, Status } from "nice-grpc-common";
import { readStatusDetails } from "../../src/client/statusDetails.ts";
import { Refusal } from "../../src/server/common/refusal.ts";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { failureAfter, failureOf } from "../../src/server/rpc/failure.ts";
import { InvalidRequest } from "../../src/server/rpc/invalidRequest.ts";

/** The failure for an error, its reason, its details and the errors that were reported. */
function setUp(error: unknown) {
  const reported: unknown[] = [];
  const failure = failureOf(error, (each) => reported.push(each));
  const details = failure.trailers["grpc-status-details-bin"];
  return {
    code: Status[failure.code],
    message: failure.message,
    reason: failure.trailers["obrolan-reason"],
    details: details === undefined ? undefined : readStatusDetails(details),
    reported,
  };
}

describe("failureOf", () => {
  it("a refusal ends the call with the status of its reason, and nothing is reported", () => {
    const failure = setUp(new Refusal("USERNAME_TAKEN", "This name is taken.", { field: "username" }));
    expect(failure).to.include({ code: "ALREADY_EXISTS", message: "This name is taken.", reason: "USERNAME_TAKEN" });
    expect(failure.details?.reason).to.equal("USERNAME_TAKEN");
    expect(failure.reported).to.deep.equal([]);
  });

  it("the wait of a refusal is in its details", () => {
    expect(setUp(new Refusal("OVERLOADED", "Wait.", { retryAfterMs: 1_500 })).details?.retryAfterMs).to.equal(1_500);
  });

  it("the cause of a refusal is reported", () => {
    const cause = new Error("the disk is full");
    expect(setUp(new Refusal("STORE_UNAVAILABLE", "Wait.", { cause })).reported).to.deep.equal([cause]);
  });

  it("an invalid request ends the call with the status that it has", () => {
    expect(setUp(new InvalidRequest("no"))).to.include({ code: "INVALID_ARGUMENT", reason: "REQUEST_INVALID" });
    const tooLarge = setUp(new InvalidRequest("too large", { code: Status.RESOURCE_EXHAUSTED }));
    expect(tooLarge).to.include({ code: "RESOURCE_EXHAUSTED", reason: "REQUEST_INVALID" });
  });

  it("an unavailable store ends the call with UNAVAILABLE and a wait, and its error is reported", () => {
    const error = new StoreUnavailable("the disk is full");
    const failure = setUp(error);
    expect(failure).to.include({ code: "UNAVAILABLE", reason: "STORE_UNAVAILABLE" });
    expect(failure.details?.retryAfterMs).to.be.above(0);
    expect(failure.message).to.include("nothing was changed");
    expect(failure.reported).to.deep.equal([error]);
  });

  it("an unknown outcome says that the call may have been carried out, and is reported", () => {
    const error = new OutcomeUnknown("the worker has died");
    const failure = setUp(error);
    expect(failure).to.include({ code: "UNAVAILABLE", reason: "STORE_UNAVAILABLE" });
    expect(failure.message).to.include("may have been carried out");
    expect(failure.reported).to.deep.equal([error]);
  });

  it("a status of the gRPC library passes without a reason", () => {
    const failure = setUp(new ServerError(Status.UNIMPLEMENTED, "no such rpc"));
    expect(failure).to.include({ code: "UNIMPLEMENTED", message: "no such rpc", reason: undefined });
    expect(failure.reported).to.deep.equal([]);
  });

  it("an unforeseen error is reported, and the client does not see its text", () => {
    const error = new Error("a secret");
    const failure = setUp(error);
    expect(failure).to.include({ code: "INTERNAL", reason: undefined, details: undefined });
    expect(failure.message).to.not.include("secret");
    expect(failure.reported).to.deep.equal([error]);
  });
});

describe("failureAfter", () => {
  it("a goodbye because of a logout is not a failure", () => {
    expect(failureAfter({ reason: "LOGGED_OUT", reconnect: false })).to.equal(undefined);
  });

  it("every other goodbye ends the call with the status and a sentence for its reason", () => {
    const codes = {
      SESSION_EXPIRED: "UNAUTHENTICATED",
      SHUTTING_DOWN: "UNAVAILABLE",
      JOIN_TIMEOUT: "DEADLINE_EXCEEDED",
      STORE_UNAVAILABLE: "UNAVAILABLE",
      REQUEST_INVALID: "INVALID_ARGUMENT",
    } as const;
    for (const [reason, code] of Object.entries(codes) as [keyof typeof codes, string][]) {
      const failure = failureAfter({ reason, reconnect: true });
      expect(Status[failure?.code ?? 0], reason).to.equal(code);
      expect(failure?.trailers["obrolan-reason"]).to.equal(reason);
      expect(failure?.message).to.match(/\.$/);
    }
  });
});
