import { expect } from "chai";
import { MAX_PENDING_LINES, PendingLines } from "../../../src/cli/room/person/pendingLines.ts";
import type { PendingLine } from "../../../src/cli/terminal/status.ts";
import type { RoomEvent } from "../../../src/client/index.ts";

const connected = { kind: "connected", logChanged: false } as RoomEvent;
const otherLog = { kind: "connected", logChanged: true } as RoomEvent;
const disconnected = { kind: "disconnected" } as RoomEvent;
const message = (id: bigint) => ({ kind: "message", id }) as RoomEvent;

/** Pending lines, and what they show. */
function makePending(...events: RoomEvent[]) {
  let shown: readonly PendingLine[] = [];
  const pending = new PendingLines((lines) => {
    shown = lines;
  });
  for (const event of events) pending.note(event);
  return { pending, shown: () => shown.map(({ line, isHeld }) => `${line}${isHeld ? " (held)" : ""}`) };
}

describe("PendingLines", () => {
  it("a line is pending until its own message has been shown", () => {
    const { pending, shown } = makePending(connected);
    pending.add("a", "sendall one", false);
    pending.add("b", "sendall two", false);
    expect(shown()).to.deep.equal(["sendall one", "sendall two"]);
    pending.accepted("a", 7n);
    pending.note(message(6n));
    expect(shown()).to.deep.equal(["sendall one", "sendall two"]);
    pending.note(message(7n));
    expect(shown()).to.deep.equal(["sendall two"]);
  });

  it("a line whose message was shown before its answer came is not pending any more", () => {
    const { pending, shown } = makePending(connected);
    pending.add("a", "sendall one", false);
    pending.note(message(7n));
    pending.accepted("a", 7n);
    expect(shown()).to.deep.equal([]);
  });

  it("a line is held while the connection is away, and an accepted one is not", () => {
    const { pending, shown } = makePending(connected);
    pending.add("a", "sendall accepted", false);
    pending.accepted("a", 7n);
    pending.add("b", "sendall asked", false);
    pending.note(disconnected);
    pending.add("c", "sendall later", false);
    expect(shown()).to.deep.equal(["sendall accepted", "sendall asked (held)", "sendall later (held)"]);
    pending.note(connected);
    expect(shown()).to.deep.equal(["sendall accepted", "sendall asked", "sendall later"]);
  });

  it("a line that was under way when the connection was lost may have been sent, one that was typed later was not", () => {
    const { pending } = makePending(connected);
    pending.add("a", "sendall asked", false);
    pending.note(disconnected);
    pending.add("b", "sendall later", false);
    expect([pending.remove("a"), pending.remove("b")]).to.deep.equal([true, false]);
  });

  it("a line that the server refused for now is held, and was not sent", () => {
    const { pending, shown } = makePending(connected);
    pending.add("a", "sendall one", false);
    pending.setLimited("a", true);
    expect(shown()).to.deep.equal(["sendall one (held)"]);
    pending.setLimited("a", false);
    expect(shown()).to.deep.equal(["sendall one"]);
    pending.setLimited("a", true);
    expect(pending.remove("a")).to.equal(false);
  });

  it("a line that was accepted in another log is not pending any more, and others stay", () => {
    const { pending, shown } = makePending(connected, message(9n));
    pending.add("a", "sendall accepted", false);
    pending.accepted("a", 10n);
    pending.add("b", "sendall asked", false);
    pending.note(disconnected);
    pending.note(otherLog);
    expect(shown()).to.deep.equal(["sendall asked"]);
    pending.accepted("b", 2n);
    expect(shown()).to.deep.equal(["sendall asked"]);
    pending.note(message(2n));
    expect(shown()).to.deep.equal([]);
  });

  it("no more lines are taken than the limit", () => {
    const { pending } = makePending();
    for (let i = 0; i < MAX_PENDING_LINES; i++) expect(pending.add(String(i), "sendall x", false)).to.equal(true);
    expect(pending.add("one more", "sendall x", false)).to.equal(false);
    expect(pending.unanswered).to.equal(MAX_PENDING_LINES);
  });
});
