import { expect } from "chai";
import { EventBuffer } from "../../src/client/eventBuffer.ts";
import type { RoomEvent } from "../../src/client/index.ts";

const never = new AbortController().signal;

function gap(oldestId: bigint): RoomEvent {
  return { kind: "gap", oldestId, missed: true };
}

function at(id: bigint) {
  return { logId: "log", id };
}

describe("EventBuffer", () => {
  it("events come in order, and the last one ends the iteration", async () => {
    const events = new EventBuffer(10, undefined);
    await events.put(gap(1n), undefined, never);
    events.end(gap(2n), false);
    expect(await events.take()).to.deep.equal({ done: false, value: gap(1n) });
    expect(await events.take()).to.deep.equal({ done: false, value: gap(2n) });
    expect((await events.take()).done).to.equal(true);
  });

  it("a put to a full buffer waits until an event is taken", async () => {
    const events = new EventBuffer(1, undefined);
    await events.put(gap(1n), undefined, never);
    const order: string[] = [];
    const put = events.put(gap(2n), undefined, never).then(() => order.push("put"));
    await Promise.resolve();
    order.push("take");
    await events.take();
    await put;
    expect(order).to.deep.equal(["take", "put"]);
  });

  it("the cursor advances when an event is taken, and not earlier", async () => {
    const events = new EventBuffer(10, at(3n));
    await events.put(gap(1n), at(4n), never);
    await events.put(gap(2n), undefined, never);
    events.advanceTo(at(9n));
    expect(events.takenCursor).to.deep.equal(at(3n));
    await events.take();
    expect(events.takenCursor).to.deep.equal(at(4n));
    await events.take();
    expect(events.takenCursor).to.deep.equal(at(9n));
    events.advanceTo(at(12n));
    expect(events.takenCursor).to.deep.equal(at(12n));
  });

  it("the cursor of an event that a waiting reader gets does not overwrite a later cursor", async () => {
    const events = new EventBuffer(10, undefined);
    const taken = events.take();
    await events.put(gap(1n), at(4n), never);
    events.advanceTo(at(5n));
    await taken;
    expect(events.takenCursor).to.deep.equal(at(5n));
  });

  it("an abort drops all events except the last", async () => {
    const events = new EventBuffer(10, undefined);
    await events.put(gap(1n), undefined, never);
    events.end(gap(2n), true);
    expect(await events.take()).to.deep.equal({ done: false, value: gap(2n) });
  });

  it("an abort ends a put that waits for space", async () => {
    const events = new EventBuffer(1, undefined);
    const abort = new AbortController();
    await events.put(gap(1n), undefined, never);
    const waiting = events.put(gap(2n), undefined, abort.signal);
    abort.abort();
    await waiting;
  });

  it("a second concurrent take is rejected", async () => {
    const events = new EventBuffer(1, undefined);
    const first = events.take();
    const second = await events.take().catch((error: Error) => error.message);
    expect(second).to.match(/one reader at a time/);
    events.end(gap(1n), false);
    await first;
  });
});
