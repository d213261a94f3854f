import { expect } from "chai";
import {
  type ChatClient,
  ChatError,
  connect,
  type Message,
  type Room,
  RoomView,
  Status,
} from "../../src/client/index.ts";
import { within } from "../support/deadline.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { type Person, useServer } from "../support/server.ts";
import { acceptedId, isCaughtUp, ofKind, says, takeUntil, texts } from "../support/takeEvents.ts";

/** Takes up to `count` messages of a history. */
async function take(history: AsyncIterable<Message>, count = Number.POSITIVE_INFINITY): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of history) if (messages.push(message) >= count) break;
  return messages;
}

const textsOf = (messages: readonly Message[]) => messages.map(({ text }) => text);

describe("The client library: edits, deletions, replies and history", () => {
  const server = useServer();
  let ani: Person;
  let budi: Person;
  let proxy: Network;
  let near: ChatClient;
  let far: ChatClient;
  const rooms: Room[] = [];

  function enter(client: ChatClient, options: Parameters<ChatClient["enter"]>[0]): Room {
    const room = client.enter({ backoff: { firstMs: 1, maxMs: 20 }, ...options });
    rooms.push(room);
    return room;
  }

  async function entered(client: ChatClient, options: Parameters<ChatClient["enter"]>[0]): Promise<Room> {
    const room = enter(client, options);
    await takeUntil(room, "the end of the replay", isCaughtUp);
    return room;
  }

  beforeEach(async () => {
    [ani, budi] = await server.people("ani", "budi");
    proxy = await Network.start(server.port);
    near = connect({ address: `127.0.0.1:${server.port}` });
    far = connect({ address: proxy.address });
  });

  afterEach(async () => {
    for (const room of rooms.splice(0)) room.abort();
    near.close();
    far.close();
    await proxy.close();
  });

  it("an edit is an event in every room that sees the message, and a later room gets the new text", async () => {
    const [here, there] = [await entered(near, { token: ani.token }), await entered(near, { token: budi.token })];
    const messageId = acceptedId(await here.sendAll("helo"));
    const id = acceptedId(await here.edit(messageId, "hello"));
    for (const room of [here, there]) {
      const [event] = ofKind(await takeUntil(room, "the edit", ({ kind }) => kind === "edited"), "edited");
      expect(event).to.include({ id, messageId, text: "hello", replayed: false });
      expect(room.cursor?.id).to.equal(id);
    }
    const later = enter(near, { token: budi.token, recent: 1 });
    const events = await takeUntil(later, "the end of the replay", isCaughtUp);
    expect(events.map(({ kind }) => kind)).to.deep.equal(["connected", "message", "caughtUp"]);
    const [message] = ofKind(events, "message");
    expect(message).to.include({ id: messageId, text: "hello" });
    expect(message?.editedAt?.getTime()).to.be.at.least(message?.sentAt.getTime() ?? Number.NaN);
  });

  it("a removed message is an event in every room that saw it, and cannot be changed any more", async () => {
    const [here, there] = [await entered(near, { token: ani.token }), await entered(near, { token: budi.token })];
    const messageId = acceptedId(await here.sendAll("a secret"));
    const id = acceptedId(await here.remove(messageId));
    for (const room of [here, there]) {
      const [event] = ofKind(await takeUntil(room, "the deletion", ({ kind }) => kind === "deleted"), "deleted");
      expect(event).to.include({ id, messageId, by: ani.username, replayed: false });
      expect(room.cursor?.id).to.equal(id);
    }
    for (const outcome of [await here.remove(messageId), await here.edit(messageId, "again")]) {
      expect(outcome).to.include({ kind: "rejected", reason: "MESSAGE_UNKNOWN" });
    }
    expect(textsOf(await take(near.history(budi.token), 5))).not.to.include("a secret");
  });

  it("another user's message cannot be changed", async () => {
    const [here, there] = [await entered(near, { token: ani.token }), await entered(near, { token: budi.token })];
    const id = acceptedId(await here.sendAll("mine"));
    await takeUntil(there, "the message", says("mine"));
    for (const outcome of [await there.edit(id, "yours"), await there.remove(id)]) {
      expect(outcome).to.include({ kind: "rejected", reason: "NOT_THE_SENDER" });
    }
  });

  it("an id of another log is unknown", async () => {
    const room = await entered(near, { token: ani.token });
    const id = acceptedId(await room.sendAll("hello"));
    for (const outcome of [
      await room.edit(id, "bye", { logId: "another log" }),
      await room.remove(id, { logId: "another log" }),
    ]) {
      expect(outcome).to.include({ kind: "rejected", reason: "MESSAGE_UNKNOWN" });
    }
    expect(await room.edit(id, "bye", { logId: room.cursor?.logId })).to.include({ kind: "accepted" });
  });

  it("a room that was entered with a cursor of another log changes no message of this one by that cursor's ids", async () => {
    const here = await entered(near, { token: ani.token });
    const id = acceptedId(await here.sendAll("hello"));
    const room = enter(near, { token: ani.token, resumeAfter: id, logId: "another log" });
    expect(await within(room.remove(id), "the answer")).to.include({ kind: "rejected", reason: "MESSAGE_UNKNOWN" });
  });

  it("a reply has the id of the message that it replies to", async () => {
    const [here, there] = [await entered(near, { token: ani.token }), await entered(near, { token: budi.token })];
    const replyTo = acceptedId(await here.sendAll("a question"));
    await here.sendAll("an answer", { replyTo });
    const [question, answer] = ofKind(await takeUntil(there, "the reply", says("an answer")), "message");
    expect(question).to.include({ replyTo: undefined });
    expect(answer).to.include({ replyTo });
    await here.sendTo(budi.username, "in private", { replyTo });
    const [whisper] = ofKind(await takeUntil(there, "the private reply", says("in private")), "message");
    expect(whisper).to.include({ replyTo, recipient: budi.username });
    const unknown = await here.sendAll("an answer", { replyTo: 2n ** 62n });
    expect(unknown).to.include({ kind: "rejected", reason: "MESSAGE_UNKNOWN" });
  });

  it("a message for a user who is offline waits in the log, if evenIfOffline is set", async () => {
    const here = await entered(near, { token: ani.token });
    const refused = await here.sendTo(budi.username, "are you there?");
    expect(refused).to.include({ kind: "rejected", reason: "RECIPIENT_OFFLINE" });
    const id = acceptedId(await here.sendTo(budi.username, "read this later", { evenIfOffline: true }));
    const room = enter(near, { token: budi.token, recent: 1 });
    const [message] = ofKind(await takeUntil(room, "the end of the replay", isCaughtUp), "message");
    expect(message).to.include({ id, text: "read this later" });
  });

  it("edits and deletions without an answer are resent, and carried out once", async () => {
    const room = await entered(far, { token: ani.token });
    const witness = await entered(near, { token: budi.token });
    const [first, second] = [acceptedId(await room.sendAll("one")), acceptedId(await room.sendAll("two"))];
    await takeUntil(room, "the second message", says("two"));
    proxy.deafen();
    const outcomes = [room.edit(first, "uno"), room.remove(second)];
    // Both are carried out, but their answers never arrive.
    await takeUntil(witness, "the deletion", ({ kind }) => kind === "deleted");
    expect(room.pending).to.equal(2);
    proxy.hear();
    const answers = await within(Promise.all(outcomes), "the answers");
    for (const answer of answers) expect(answer).to.include({ kind: "accepted", duplicate: true });
    const events = await takeUntil(room, "the deletion", ({ kind }) => kind === "deleted");
    expect(ofKind(events, "edited").map(({ messageId }) => messageId)).to.deep.equal([first]);
    await room.sendAll("three");
    const after = await takeUntil(witness, "the third message", says("three"));
    expect([...ofKind(after, "edited"), ...ofKind(after, "deleted")]).to.deep.equal([]);
  });

  it("a room that reconnects gets the newest edits and the deletions that it missed", async () => {
    const talker = await entered(near, { token: budi.token });
    const room = await entered(far, { token: ani.token });
    const ids: bigint[] = [];
    for (const text of ["one", "two", "three"]) ids.push(acceptedId(await talker.sendAll(text)));
    const [one = 0n, two = 0n] = ids;
    await takeUntil(room, "the third message", says("three"));
    proxy.forbid();
    await takeUntil(room, "the loss", ({ kind }) => kind === "disconnected");
    for (const text of ["uno", "ein"]) await talker.edit(one, text);
    await talker.remove(two);
    proxy.allow();
    const events = await takeUntil(room, "the end of the replay", isCaughtUp);
    expect(ofKind(events, "edited").map(({ messageId, text }) => [messageId, text])).to.deep.equal([[one, "ein"]]);
    expect(ofKind(events, "deleted").map(({ messageId }) => messageId)).to.deep.equal([two]);
    expect(texts(events)).to.deep.equal([]);
  });

  it("close() waits for the user's last edit", async () => {
    const room = await entered(near, { token: ani.token });
    const id = acceptedId(await room.sendAll("helo"));
    const outcome = room.edit(id, "hello");
    const closed = room.close();
    const events = await takeUntil(room, "the end", ({ kind }) => kind === "closed");
    expect(ofKind(events, "edited").map(({ text }) => text)).to.deep.equal(["hello"]);
    expect(await outcome).to.include({ kind: "accepted" });
    expect(await closed).to.deep.equal({ kind: "left" });
  });

  it("a history yields the messages from the newest to the oldest, in pages of any size", async () => {
    const room = await entered(near, { token: ani.token });
    const said = Array.from({ length: 7 }, (_, index) => `message ${index}`);
    const ids: bigint[] = [];
    for (const text of said) ids.push(acceptedId(await room.sendAll(text)));
    await room.edit(ids[3] ?? 0n, "edited");
    await room.remove(ids[5] ?? 0n);
    for (const pageSize of [1, 3, 500, 100_000, 0]) {
      const newest = await take(near.history(budi.token, { pageSize }), 6);
      expect(textsOf(newest)).to.deep.equal([
        "message 6",
        "message 4",
        "edited",
        "message 2",
        "message 1",
        "message 0",
      ]);
      expect(newest[2]?.editedAt).to.be.instanceOf(Date);
    }
    const before = await take(near.history(budi.token, { beforeId: ids[3], pageSize: 2 }), 3);
    expect(textsOf(before)).to.deep.equal(["message 2", "message 1", "message 0"]);
  });

  it("a history of the private messages with one user has no other messages", async () => {
    const [here, there] = [await entered(near, { token: ani.token }), await entered(near, { token: budi.token })];
    await here.sendTo(budi.username, "one");
    await here.sendAll("public");
    await there.sendTo(ani.username, "two");
    await here.sendTo(ani.username, "a note");
    const peer = budi.username.toUpperCase();
    expect(textsOf(await take(near.history(ani.token, { peer, pageSize: 1 })))).to.deep.equal(["two", "one"]);
    expect(textsOf(await take(near.history(ani.token, { peer: ani.username })))).to.deep.equal(["a note"]);
    expect(await take(near.history(ani.token, { peer: "nobody-at-all" }))).to.deep.equal([]);
  });

  it("a history ends with a ChatError if its signal is aborted or its token is invalid", async () => {
    const abort = new AbortController();
    abort.abort();
    const failure = (history: AsyncIterable<Message>) => take(history).catch((error: unknown) => error);
    const aborted = await failure(near.history(ani.token, { signal: abort.signal }));
    expect(aborted).to.be.instanceOf(ChatError).and.include({ code: Status.CANCELLED });
    const refused = await failure(near.history("nonsense"));
    expect(refused).to.be.instanceOf(ChatError).and.include({ reason: "SESSION_INVALID" });
  });

  it("the read marker only moves forward, other rooms of the account learn of it, and a new room begins with it", async () => {
    const room = await entered(near, { token: ani.token });
    const id = acceptedId(await room.sendAll("hello"));
    await takeUntil(room, "the message", says("hello"));
    const cursor = room.cursor;
    expect(await near.markRead(ani.token, 0n)).to.equal(0n);
    expect(await near.markRead(ani.token, id, { logId: "another log" })).to.equal(0n);
    expect(await near.markRead(ani.token, id, { logId: cursor?.logId })).to.equal(id);
    expect(await near.markRead(ani.token, 1n)).to.equal(id);
    const [read] = ofKind(await takeUntil(room, "the marker", ({ kind }) => kind === "read"), "read");
    expect(read).to.deep.equal({ kind: "read", upToId: id });
    expect(room.cursor?.id).to.equal(cursor?.id);
    const next = enter(near, { token: ani.token });
    const [connected] = ofKind(await takeUntil(next, "the welcome", ({ kind }) => kind === "connected"), "connected");
    expect(connected).to.include({ readUpTo: id });
  });

  it("a view of a room holds the messages as they are now, and takes older ones from the history", async () => {
    const talker = await entered(near, { token: budi.token });
    const ids: bigint[] = [];
    for (let count = 0; count < 6; count++) ids.push(acceptedId(await talker.sendAll(`message ${count}`)));
    const view = new RoomView({ maxMessages: 5 });
    const room = enter(far, { token: ani.token, recent: 2 });
    const follow = async (what: string, found: Parameters<typeof takeUntil>[2]) => {
      for (const event of await takeUntil(room, what, found)) view.apply(event);
    };
    await follow("the end of the replay", isCaughtUp);
    expect(textsOf(view.messages)).to.deep.equal(["message 4", "message 5"]);
    expect(await view.prepend(far.history(ani.token, { beforeId: view.oldestId }), 2)).to.equal(2);
    expect(textsOf(view.messages)).to.deep.equal(["message 2", "message 3", "message 4", "message 5"]);
    proxy.forbid();
    await follow("the loss", ({ kind }) => kind === "disconnected");
    await talker.edit(ids[2] ?? 0n, "edited");
    await talker.remove(ids[4] ?? 0n);
    await talker.sendAll("message 6");
    proxy.allow();
    await follow("the return", isCaughtUp);
    expect(textsOf(view.messages)).to.deep.equal(["edited", "message 3", "message 5", "message 6"]);
  });
});
