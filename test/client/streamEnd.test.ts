import { expect } from "chai";
import { ChatError, type GoodbyeEvent, Status } from "../../src/client/index.ts";
import { nextStep } from "../../src/client/streamEnd.ts";

function goodbye(reason: string, reconnect: boolean, retryAfterMs?: number): GoodbyeEvent {
  return { kind: "goodbye", reason, reconnect, retryAfterMs };
}

const lost = new ChatError(Status.UNAVAILABLE, "connection lost");

describe("nextStep", () => {
  it("a goodbye without reconnect closes the room", () => {
    const end = { error: undefined, goodbye: goodbye("LOGGED_OUT", false), done: false };
    expect(nextStep(end)).to.deep.equal({ kind: "dismissed", reason: "LOGGED_OUT" });
  });

  it("the status UNAUTHENTICATED closes the room", () => {
    const error = new ChatError(Status.UNAUTHENTICATED, "log in", { reason: "SESSION_INVALID" });
    expect(nextStep({ error, goodbye: undefined, done: false })).to.deep.equal({
      kind: "unauthenticated",
      cause: error,
    });
  });

  it("a room that is leaving and has every answer is closed, however the stream ended", () => {
    expect(nextStep({ error: undefined, goodbye: undefined, done: true })).to.deep.equal({ kind: "left" });
    expect(nextStep({ error: lost, goodbye: undefined, done: true })).to.deep.equal({ kind: "left" });
  });

  it("the room reconnects after every other end of a stream", () => {
    for (const code of [
      Status.UNAVAILABLE,
      Status.INTERNAL,
      Status.CANCELLED,
      Status.DEADLINE_EXCEEDED,
      Status.UNKNOWN,
    ]) {
      const next = nextStep({ error: new ChatError(code, "?"), goodbye: undefined, done: false });
      expect(next).to.include({ kind: "retry", atLeastMs: 0 });
    }
    expect(nextStep({ error: undefined, goodbye: undefined, done: false })).to.include({ kind: "retry" });
  });

  it("the room waits at least as long as the server said", () => {
    const stopping = { error: lost, goodbye: goodbye("SHUTTING_DOWN", true, 1500), done: false };
    expect(nextStep(stopping)).to.include({ kind: "retry", atLeastMs: 1500 });
    const busy = new ChatError(Status.UNAVAILABLE, "busy", { retryAfterMs: 700 });
    expect(nextStep({ error: busy, goodbye: undefined, done: false })).to.include({ kind: "retry", atLeastMs: 700 });
  });
});
