import { expect } from "chai";
import { EventBuffer } from "../../src/client/eventBuffer.ts";
import type { RoomEvent } from "../../src/client/index.ts";
import { PendingCommands } from "../../src/client/pendingCommands.ts";
import { ResponseHandler } from "../../src/client/responseHandler.ts";
import { ResumePoint } from "../../src/client/resumePoint.ts";
import type { ChatResponse, Event, Message } from "../../src/gen/obrolan/v1/chat.ts";

type WireEvent = Event["event"];

const AT = new Date("2026-11-30T12:00:00.000Z");
const LATER = new Date("2026-11-30T12:05:00.000Z");

const WELCOME: WireEvent = {
  $case: "welcome",
  value: { username: "ani", logId: "log", headId: 6n, limits: undefined, serverVersion: "1", readUpTo: 4n },
};

function message(id: bigint, more: Partial<Message> = {}): WireEvent {
  const plain = { id, sender: "ani", recipient: "", text: "hello", sentAt: AT, editedAt: undefined, replyTo: 0n };
  return { $case: "message", value: { ...plain, ...more } };
}

function edited(id: bigint, messageId: bigint, text: string): WireEvent {
  return { $case: "edited", value: { id, messageId, text, editedAt: LATER } };
}

function deleted(id: bigint, messageId: bigint, by = "ani"): WireEvent {
  return { $case: "deleted", value: { id, messageId, deletedAt: LATER, by } };
}

/** A handler of the responses of one stream, which got a `welcome`. */
async function welcomed(start: ConstructorParameters<typeof ResumePoint>[0] = { recent: 2 }) {
  const resumePoint = new ResumePoint(start);
  const events = new EventBuffer(100, resumePoint.cursor);
  const pending = new PendingCommands(10);
  const listener = { onState() {}, onWelcome() {}, onAnswer() {}, onResend() {} };
  const { signal } = new AbortController();
  const handler = new ResponseHandler({ resumePoint, pending, events, listener, signal });
  const handle = (cursor: bigint, ...wire: WireEvent[]): Promise<void> =>
    handler.handle({ events: wire.map((event) => ({ requestId: "", event })), cursor } satisfies ChatResponse);
  const take = async (): Promise<RoomEvent | undefined> => (await events.take()).value ?? undefined;
  await handle(0n, WELCOME);
  return { resumePoint, events, pending, handler, handle, take, connected: await take() };
}

describe("ResponseHandler", () => {
  it("connected has the account's read marker", async () => {
    const { connected } = await welcomed();
    expect(connected).to.deep.include({ kind: "connected", headId: 6n, readUpTo: 4n });
  });

  it("a message has the time of its newest edit and the id that it replies to, or undefined", async () => {
    const { handle, take } = await welcomed();
    await handle(8n, message(7n), message(8n, { editedAt: LATER, replyTo: 7n }));
    const plain = { kind: "message", sender: "ani", recipient: "", text: "hello", sentAt: AT, replayed: false };
    expect(await take()).to.deep.equal({ ...plain, id: 7n, editedAt: undefined, replyTo: undefined });
    expect(await take()).to.deep.equal({ ...plain, id: 8n, editedAt: LATER, replyTo: 7n });
  });

  it("edits, deletions and read markers become events", async () => {
    const { handle, take } = await welcomed();
    await handle(9n, edited(8n, 5n, "better"), deleted(9n, 5n, ""), { $case: "read", value: { upToId: 6n } });
    expect(await take()).to.deep.equal({
      kind: "edited",
      id: 8n,
      messageId: 5n,
      text: "better",
      editedAt: LATER,
      replayed: false,
    });
    expect(await take()).to.deep.equal({
      kind: "deleted",
      id: 9n,
      messageId: 5n,
      deletedAt: LATER,
      by: "",
      replayed: false,
    });
    expect(await take()).to.deep.equal({ kind: "read", upToId: 6n });
  });

  it("edits and deletions of a log that is read from its beginning are replayed up to its head", async () => {
    const { handle, take } = await welcomed({ resumeAfter: 900n, logId: "another log" });
    await handle(
      9n,
      { $case: "gap", value: { oldestId: 1n } },
      edited(5n, 1n, "old"),
      deleted(6n, 2n),
      deleted(7n, 3n),
    );
    expect(await take()).to.include({ kind: "gap" });
    expect(await take()).to.include({ kind: "edited", replayed: true });
    expect(await take()).to.include({ kind: "deleted", replayed: true });
    expect(await take()).to.include({ kind: "deleted", replayed: false });
  });

  it("each message, edit and deletion moves the cursor when it is taken; a read marker does not", async () => {
    const { handle, take, events } = await welcomed();
    const read: WireEvent = { $case: "read", value: { upToId: 99n } };
    await handle(12n, message(7n), edited(8n, 5n, "better"), read, deleted(10n, 5n), read);
    const cursors: (bigint | undefined)[] = [];
    for (let taken = 0; taken < 5; taken++) {
      await take();
      cursors.push(events.takenCursor?.id);
    }
    expect(cursors).to.deep.equal([7n, 8n, 8n, 10n, 12n]);
  });

  it("a read marker alone leaves the cursor where it is", async () => {
    const { handle, resumePoint } = await welcomed();
    await handle(9n, deleted(9n, 5n));
    await handle(0n, { $case: "read", value: { upToId: 20n } });
    expect(resumePoint.cursor).to.deep.equal({ logId: "log", id: 9n });
  });

  it("a room is complete when the cursor has passed its last accepted edit or deletion", async () => {
    const { handle, handler, pending } = await welcomed();
    void pending.add({ requestId: "r", command: { $case: "delete", value: { id: 5n, logId: "log" } } });
    await handle(6n, { $case: "caughtUp", value: { id: 6n } });
    const accepted: WireEvent = { $case: "accepted", value: { id: 8n, sentAt: LATER, duplicate: false } };
    await handler.handle({ events: [{ requestId: "r", event: accepted }], cursor: 0n });
    expect(handler.isComplete).to.equal(false);
    await handle(8n, deleted(8n, 5n));
    expect(handler.isComplete).to.equal(true);
  });

  it("the reasons of refused edits and deletions have names", async () => {
    const { handler, pending } = await welcomed();
    for (const [reason, name] of [
      [23, "MESSAGE_UNKNOWN"],
      [24, "NOT_THE_SENDER"],
    ] as const) {
      const outcome = pending.add({ requestId: name, command: { $case: "delete", value: { id: 5n, logId: "" } } });
      const event: WireEvent = { $case: "rejected", value: { reason, message: "No.", retryAfter: undefined } };
      await handler.handle({ events: [{ requestId: name, event }], cursor: 0n });
      expect(await outcome).to.include({ kind: "rejected", reason: name });
    }
  });
});
