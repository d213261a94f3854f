import { expect } from "chai";
import { type ChatClient, connect, type Room, type RoomEvent } from "../../src/client/index.ts";
import { within } from "../support/deadline.ts";
import { eventually } from "../support/eventLoop.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { type Person, useServer } from "../support/server.ts";
import { acceptedId, isCaughtUp, ofKind, says, takeUntil, texts } from "../support/takeEvents.ts";

const QUICK = { firstMs: 1, maxMs: 20 };
/** Longer than any test, so that only a user who has left is off the list. */
const GRACE_MS = 10 * 60_000;

describe("Room", () => {
  const server = useServer({ timings: { graceMs: GRACE_MS } });
  let ani: Person;
  let budi: Person;
  let proxy: Network;
  let near: ChatClient;
  let far: ChatClient;
  const rooms: Room[] = [];

  function enter(client: ChatClient, options: Parameters<ChatClient["enter"]>[0]): Room {
    const room = client.enter({ backoff: QUICK, ...options });
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

  it("A room yields connected, the recent messages, and caughtUp.", async () => {
    const first = await entered(near, { token: ani.token });
    for (const text of ["one", "two", "three"]) await first.sendAll(text);
    const room = enter(near, { token: budi.token, recent: 2 });
    const events = await takeUntil(room, "the end of the replay", isCaughtUp);
    expect(events.map((event) => event.kind)).to.deep.equal(["connected", "message", "message", "caughtUp"]);
    expect(texts(events)).to.deep.equal(["two", "three"]);
    expect(ofKind(events, "connected")[0]).to.include({ username: budi.username, again: false, logChanged: false });
    expect(ofKind(events, "caughtUp")[0]).to.include({ again: false });
    expect(room.state.kind).to.equal("live");
  });

  it("Every room yields a message with the same id, which the sender's outcome has too.", async () => {
    const [here, there] = [await entered(near, { token: ani.token }), await entered(near, { token: budi.token })];
    const id = acceptedId(await here.sendAll("hello"));
    for (const room of [here, there]) {
      const [message] = ofKind(await takeUntil(room, "the message", says("hello")), "message");
      expect(message).to.include({ id, sender: ani.username, recipient: "", text: "hello" });
      expect(room.cursor?.id).to.equal(id);
    }
  });

  it("Every kind of answer resolves its command.", async () => {
    const room = await entered(near, { token: ani.token });
    expect(await room.sendTo(ani.username, "to myself")).to.include({ kind: "accepted", duplicate: false });
    expect(await room.sendTo("nobody-at-all", "hello")).to.include({ kind: "rejected", reason: "RECIPIENT_UNKNOWN" });
    expect(await room.typed("sendall typed")).to.include({ kind: "accepted" });
    expect(await room.typed("dance")).to.include({ kind: "help", unknownCommand: "dance" });
    const help = await room.help();
    expect(help.kind === "help" && help.commands.map((command) => command.name)).to.include("sendto");
    expect(room.pending).to.equal(0);
  });

  it("A command resent in another room with its request id is a duplicate.", async () => {
    const requestId = `again-${ani.username}`;
    const first = await (await entered(near, { token: ani.token })).sendAll("once", { requestId });
    const second = await (await entered(near, { token: ani.token })).sendAll("once", { requestId });
    expect(second).to.include({ kind: "accepted", id: acceptedId(first), duplicate: true, requestId });
  });

  it("A room that reconnects gets exactly the three messages that it missed.", async () => {
    const talker = await entered(near, { token: budi.token });
    const room = await entered(far, { token: ani.token });
    await talker.sendAll("before");
    await takeUntil(room, "the first message", says("before"));
    proxy.forbid();
    await takeUntil(room, "the loss", (event) => event.kind === "disconnected");
    for (const text of ["one", "two", "three"]) await talker.sendAll(text);
    proxy.allow();
    const events = await takeUntil(room, "the end of the replay", isCaughtUp);
    expect(texts(events)).to.deep.equal(["one", "two", "three"]);
    expect(ofKind(events, "connected")[0]).to.include({ again: true, logChanged: false });
    expect(ofKind(events, "caughtUp")[0]).to.include({ again: true });
    await talker.sendAll("after");
    expect(texts(await takeUntil(room, "the next message", says("after")))).to.deep.equal(["after"]);
  });

  it("A room without recent messages misses nothing if its connection is cut before the first cursor.", async () => {
    const talker = await entered(near, { token: budi.token });
    const witness = await entered(far, { token: budi.token });
    await talker.sendAll("long ago");
    // Then the server has the old message in its log, and does not send it as a new one.
    await takeUntil(witness, "the old message", says("long ago"));
    const room = enter(far, { token: ani.token });
    await takeUntil(room, "the welcome", (event) => event.kind === "connected");
    proxy.forbid();
    await talker.sendAll("missed");
    proxy.allow();
    const events = await takeUntil(room, "the missed message", says("missed"));
    expect(texts(events)).to.deep.equal(["missed"]);
  });

  it("Commands without an answer are resent in order, and posted once.", async () => {
    const room = await entered(far, { token: ani.token });
    const witness = await entered(near, { token: budi.token });
    proxy.deafen();
    const outcomes = ["one", "two", "three"].map((text) => room.sendAll(text));
    // The messages are posted, but their answers never arrive.
    await takeUntil(witness, "the third message", says("three"));
    expect(room.pending).to.equal(3);
    proxy.hear();
    const answers = await within(Promise.all(outcomes), "the answers");
    for (const answer of answers) expect(answer).to.include({ kind: "accepted", duplicate: true });
    await room.sendAll("last");
    expect(texts(await takeUntil(witness, "the last message", says("last")))).to.deep.equal(["last"]);
    expect(texts(await takeUntil(room, "the last message", says("last")))).to.deep.equal([
      "one",
      "two",
      "three",
      "last",
    ]);
  });

  it("Commands given while the connection is lost are sent afterwards, in order.", async () => {
    const witness = await entered(near, { token: budi.token });
    const room = await entered(far, { token: ani.token });
    proxy.forbid();
    await takeUntil(room, "the loss", (event) => event.kind === "disconnected");
    const outcomes = ["one", "two"].map((text) => room.sendAll(text));
    proxy.allow();
    for (const outcome of await within(Promise.all(outcomes), "the answers")) expect(outcome.kind).to.equal("accepted");
    expect(texts(await takeUntil(witness, "both messages", says("two")))).to.deep.equal(["one", "two"]);
  });

  it("Another room resumes after the cursor of the events taken.", async () => {
    const talker = await entered(near, { token: budi.token });
    const first = await entered(near, { token: ani.token });
    for (const text of ["one", "two", "three"]) await talker.sendAll(text);
    await takeUntil(first, "the second message", says("two"));
    const cursor = first.cursor;
    first.abort();
    const next = enter(near, { token: ani.token, resumeAfter: cursor?.id, logId: cursor?.logId });
    expect(texts(await takeUntil(next, "the end of the replay", isCaughtUp))).to.deep.equal(["three"]);
  });

  it("A cursor of another log is reported, and the room begins at the oldest message.", async () => {
    const talker = await entered(near, { token: budi.token });
    await talker.sendAll("hello");
    const room = enter(near, { token: ani.token, resumeAfter: 1_000_000n, logId: "another log" });
    const events = await takeUntil(room, "the end of the replay", isCaughtUp);
    expect(ofKind(events, "connected")[0]).to.include({ logChanged: true });
    expect(events[1]).to.deep.equal({ kind: "gap", oldestId: 1n, missed: false });
    expect(texts(events)).to.include("hello");
  });

  it("A room reads no more than its buffer holds while no events are taken, and loses none.", async () => {
    const talker = await entered(near, { token: budi.token });
    const room = enter(near, { token: ani.token, maxEvents: 2 });
    await takeUntil(room, "the end of the replay", isCaughtUp);
    const sent = Array.from({ length: 50 }, (_, index) => `message ${index}`);
    for (const text of sent) await talker.sendAll(text);
    const events = await takeUntil(room, "the last message", says("message 49"));
    expect(texts(events)).to.deep.equal(sent);
  });

  it("close() resolves when every command is answered and its messages have come.", async () => {
    const room = enter(near, { token: ani.token });
    const outcomes = ["one", "two", "three"].map((text) => room.sendAll(text));
    const closed = room.close();
    const events = await takeUntil(room, "the end", (event) => event.kind === "closed");
    expect(texts(events)).to.deep.equal(["one", "two", "three"]);
    expect(events.at(-1)).to.deep.equal({ kind: "closed", why: { kind: "left" } });
    for (const outcome of await Promise.all(outcomes)) expect(outcome.kind).to.equal("accepted");
    expect(await closed).to.deep.equal({ kind: "left" });
    await eventually(async () => !(await server.online(budi)).includes(ani.username), "the list without who left");
  });

  it("A room that loses its connection while leaving reconnects for its last answer.", async () => {
    const room = await entered(far, { token: ani.token });
    const witness = await entered(near, { token: budi.token });
    proxy.deafen();
    const outcome = room.sendAll("last words");
    await takeUntil(witness, "the message", says("last words"));
    const closed = room.close();
    proxy.hear();
    expect(texts(await takeUntil(room, "the end", (event) => event.kind === "closed"))).to.deep.equal(["last words"]);
    expect(await outcome).to.include({ kind: "accepted", duplicate: true });
    expect(await closed).to.deep.equal({ kind: "left" });
  });

  it("abort() leaves at once, and commands without an answer are unanswered.", async () => {
    const room = await entered(far, { token: ani.token });
    proxy.deafen();
    const outcome = room.sendAll("hello?", { requestId: "r1" });
    room.abort();
    expect(await outcome).to.deep.equal({ kind: "unanswered", requestId: "r1" });
    expect(await room.closed).to.deep.equal({ kind: "aborted" });
    const late = await room.sendAll("too late").catch((error: Error) => error.message);
    expect(late).to.equal("The room has been left.");
  });

  it("The signal aborts a room that waits to reconnect.", async () => {
    const abort = new AbortController();
    proxy.forbid();
    const room = enter(far, { token: ani.token, signal: abort.signal, backoff: { firstMs: 60_000, maxMs: 60_000 } });
    await takeUntil(room, "the first failure", (event) => event.kind === "disconnected");
    abort.abort();
    expect(await within(room.closed, "the end")).to.deep.equal({ kind: "aborted" });
  });

  it("A room whose session is logged out does not reconnect.", async () => {
    const room = await entered(near, { token: ani.token });
    await near.logout(ani.token);
    const events = await takeUntil(room, "the end", (event) => event.kind === "closed");
    // Presence events of other users may come meanwhile.
    const kinds = events.map((event) => event.kind).filter((kind) => kind !== "presence");
    expect(kinds).to.deep.equal(["goodbye", "closed"]);
    expect(await room.closed).to.deep.equal({ kind: "dismissed", reason: "LOGGED_OUT" });
  });

  it("A room with an invalid token does not reconnect.", async () => {
    const closed = await within(enter(near, { token: "nonsense" }).closed, "the end");
    expect(closed.kind).to.equal("unauthenticated");
    expect(closed.kind === "unauthenticated" && closed.cause.reason).to.equal("SESSION_INVALID");
  });

  it("A room that never reached a server within firstConnectMs is closed.", async () => {
    proxy.forbid();
    const room = enter(far, { token: ani.token, firstConnectMs: 50 });
    expect((await within(room.closed, "the end")).kind).to.equal("unreached");
  });

  it("A room that was connected once reconnects also after firstConnectMs.", async () => {
    let firstConnectMs = 50;
    let since: number;
    let room: Room;
    let last: RoomEvent | undefined;
    // The time to connect depends on the machine, so the limit grows until it suffices.
    do {
      firstConnectMs *= 2;
      room = enter(far, { token: ani.token, firstConnectMs });
      since = performance.now();
      last = (await takeUntil(room, "the first caughtUp", (event) => isCaughtUp(event) || isUnreached(event))).at(-1);
    } while (last && isUnreached(last));
    proxy.forbid();
    const isOver = () => performance.now() - since > firstConnectMs;
    await takeUntil(room, "failures past that time", (event) => event.kind === "disconnected" && isOver());
    proxy.allow();
    await takeUntil(room, "the return", isCaughtUp);
  });
});

function isUnreached(event: RoomEvent): boolean {
  return event.kind === "closed" && event.why.kind === "unreached";
}
