import { EventEmitter, once } from "node:events";
import { expect } from "chai";
import { ReadMarker } from "../../../src/cli/room/person/readMarker.ts";
import type { MarkReadOptions, RoomEvent } from "../../../src/client/index.ts";
import { isSettled } from "../../support/eventLoop.ts";

function connected(readUpTo: bigint, more: { logId?: string; logChanged?: boolean; again?: boolean } = {}): RoomEvent {
  return { kind: "connected", readUpTo, logId: "log", logChanged: false, again: false, ...more } as RoomEvent;
}

const message = (id: bigint) => ({ kind: "message", id }) as RoomEvent;

/** A marker whose calls the test answers. */
function makeMarker(intervalMs?: number) {
  const calls: { upToId: bigint; options: MarkReadOptions; answer: (upTo: bigint) => void; fail: () => void }[] = [];
  const clock = { now: 0 };
  const called = new EventEmitter();
  const marker = new ReadMarker({
    client: {
      markRead: (_token, upToId, options = {}) =>
        new Promise((answer, reject) => {
          const fail = () => reject(new Error("unavailable"));
          options.signal?.addEventListener("abort", fail);
          calls.push({ upToId, options, answer, fail });
          called.emit("call");
        }),
    },
    token: "t",
    now: () => clock.now,
    ...(intervalMs === undefined ? {} : { intervalMs }),
  });
  return { marker, calls, clock, called };
}

describe("ReadMarker", () => {
  it("moves to the newest message that was shown when the person types a line", () => {
    const { marker, calls } = makeMarker();
    marker.note(connected(5n));
    marker.onLine();
    expect(calls).to.have.length(0);
    for (const id of [6n, 8n]) marker.note(message(id));
    marker.onLine();
    expect(calls.map(({ upToId, options }) => [upToId, options.logId])).to.deep.equal([[8n, "log"]]);
    expect(marker.atEntry).to.equal(5n);
  });

  it("a line within the interval moves the marker at the end of the interval", async () => {
    const { marker, calls, called } = makeMarker(20);
    marker.note(connected(0n));
    marker.note(message(1n));
    marker.onLine();
    calls[0]?.answer(1n);
    marker.note(message(2n));
    const next = once(called, "call");
    marker.onLine();
    await next;
    expect(calls[1]?.upToId).to.equal(2n);
  });

  it("a line that is typed while the connection is away moves the marker when it is back", () => {
    const { marker, calls } = makeMarker();
    marker.note(connected(0n));
    marker.note(message(1n));
    marker.note({ kind: "disconnected" } as RoomEvent);
    marker.onLine();
    expect(calls).to.have.length(0);
    marker.note(connected(0n, { again: true }));
    expect(calls.map(({ upToId }) => upToId)).to.deep.equal([1n]);
  });

  it("moves at most once in five seconds, and the rest of the way when the person leaves", async () => {
    const { marker, calls, clock } = makeMarker();
    marker.note(connected(0n));
    marker.note(message(1n));
    marker.onLine();
    calls[0]?.answer(1n);
    marker.note(message(2n));
    clock.now = 4_999;
    marker.onLine();
    expect(calls).to.have.length(1);
    const left = marker.finish();
    expect(await isSettled(left)).to.equal(false);
    expect(calls[1]?.upToId).to.equal(2n);
    calls[1]?.answer(2n);
    await left;
    await marker.finish();
    expect(calls).to.have.length(2);
  });

  it("a call that fails is not reported, and is made again", async () => {
    const { marker, calls, clock } = makeMarker();
    marker.note(connected(0n));
    marker.note(message(1n));
    marker.onLine();
    calls[0]?.fail();
    clock.now = 5_000;
    expect(await isSettled(Promise.resolve())).to.equal(true);
    marker.onLine();
    expect(calls.map(({ upToId }) => upToId)).to.deep.equal([1n, 1n]);
  });

  it("makes no call while the connection is away", async () => {
    const { marker, calls } = makeMarker();
    marker.note(connected(0n));
    marker.note(message(1n));
    marker.note({ kind: "disconnected" } as RoomEvent);
    marker.onLine();
    await marker.finish();
    expect(calls).to.have.length(0);
    marker.note(connected(0n, { again: true }));
    marker.onLine();
    expect(calls).to.have.length(1);
  });

  it("nothing is moved that another device has read", () => {
    const { marker, calls } = makeMarker();
    marker.note(connected(0n));
    marker.note(message(3n));
    marker.note({ kind: "read", upToId: 3n });
    marker.onLine();
    expect(calls).to.have.length(0);
  });

  it("the ids of another log begin again", () => {
    const { marker, calls } = makeMarker();
    marker.note(connected(90n));
    marker.note(message(95n));
    marker.note(connected(2n, { logId: "other", logChanged: true, again: true }));
    expect(marker.atEntry).to.equal(undefined);
    marker.onLine();
    expect(calls).to.have.length(0);
    marker.note(message(4n));
    marker.onLine();
    expect(calls.map(({ upToId, options }) => [upToId, options.logId])).to.deep.equal([[4n, "other"]]);
  });
});
