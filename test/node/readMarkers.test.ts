import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { LocalBus } from "../../src/server/engines/memory/index.ts";
import type { Bus } from "../../src/server/log/ports/bus.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import { enter, join, openNode, sessionOf, toAll } from "../support/chatNode.ts";
import { Gate, gated, withPort } from "../support/engines.ts";
import { turns, until } from "../support/eventLoop.ts";
import type { TestSink } from "../support/sink.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, enlist, headOf, type Person, range, useStore } from "../support/storeFixture.ts";

/** What a stream was told of the read marker: by its welcome, then by events. */
function markersOf(sink: TestSink): number[] {
  return sink.events.flatMap((event) => {
    if (event.$case === "welcome") return [Number(event.value.readUpTo)];
    return event.$case === "read" ? [Number(event.value.upToId)] : [];
  });
}

describe("Read markers on the nodes of a room", () => {
  const store = useStore(sqliteFixture);
  const nodes: ChatNode[] = [];
  let ana: Person;
  let bob: Person;
  let head: number;
  let bus: Bus;
  beforeEach(async () => {
    [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
    await store.log.append(range(1, 10).map((i) => draft(bob, `${i}`)));
    head = await headOf(store.log);
    bus = new LocalBus();
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.close();
  });

  /** Opens one more node of the room. `gate`: the reads of markers wait at it. */
  async function open({ gate = new Gate() } = {}) {
    const { node } = await openNode(store, {
      through: (engines) => ({ ...engines, bus, readMarkers: gated(engines.readMarkers, gate, "get") }),
    });
    nodes.push(node);
    return node;
  }
  const mark = (node: ChatNode, who: Person, upTo: number, logId = "") => node.markRead(sessionOf(who), upTo, logId);

  it("the welcome has the marker of the user, on every node", async () => {
    const [one, two] = [await open(), await open()];
    expect(markersOf(await enter(one, ana))).to.deep.equal([0]);
    expect(await mark(one, ana, head - 4)).to.equal(head - 4);
    for (const node of [one, two]) {
      expect(markersOf(await enter(node, ana))).to.deep.equal([head - 4]);
      expect(markersOf(await enter(node, bob)), "another user").to.deep.equal([0]);
    }
  });

  it("all joined streams of the user are told of a move, on every node, and no others", async () => {
    const [one, two] = [await open(), await open()];
    const own = [await join(one, ana), await join(one, ana), await join(two, ana)];
    const other = await join(two, bob);
    await mark(one, ana, head);
    await until(() => own.every((sink) => sink.kinds.includes("read")), "the streams to be told");
    await turns(5);
    for (const sink of own) expect(markersOf(sink)).to.deep.equal([0, head]);
    expect(markersOf(other)).to.deep.equal([0]);
    expect(
      own[0]?.responses.find(({ events }) => events.some(({ event }) => event?.$case === "read"))?.cursor,
    ).to.equal(0n);
  });

  it("a marker that does not move is not told", async () => {
    const node = await open();
    const sink = await join(node, ana);
    await mark(node, ana, head - 1);
    await sink.has("read");
    expect(await mark(node, ana, head - 1)).to.equal(head - 1);
    expect(await mark(node, ana, 1)).to.equal(head - 1);
    expect(await mark(node, ana, 0), "only asks").to.equal(head - 1);
    expect(await mark(node, ana, head, "another log")).to.equal(head - 1);
    await turns(5);
    expect(markersOf(sink)).to.deep.equal([0, head - 1]);
    expect(await mark(node, ana, Number.MAX_SAFE_INTEGER), "beyond the head").to.equal(head);
  });

  it("a slow stream is told only the newest of several moves", async () => {
    const node = await open();
    const sink = await join(node, ana);
    await turns(5);
    sink.reading = false;
    await mark(node, ana, head - 8);
    await until(() => markersOf(sink).length === 2, "the first move");
    for (const i of range(1, 5)) await mark(node, ana, head - 8 + i);
    await turns(5);
    sink.read();
    await until(() => markersOf(sink).length === 3, "the newest move");
    await turns(5);
    expect(markersOf(sink)).to.deep.equal([0, head - 8, head - 3]);
  });

  it("a stream is told of a move between its welcome and its join, once it has joined", async () => {
    const node = await open();
    const sink = await enter(node, ana);
    await mark(node, ana, head - 2);
    await mark(node, ana, head - 1);
    await turns(5);
    expect(sink.kinds).to.deep.equal(["welcome"]);
    await sink.stream.receive("", { kind: "join", logId: "", recent: 0 });
    await sink.has("read");
    await sink.has("caughtUp");
    expect(markersOf(sink)).to.deep.equal([0, head - 1]);
  });

  it("a stream that joins after its welcome told the marker is not told again", async () => {
    const node = await open();
    await mark(node, ana, head);
    const sink = await join(node, ana);
    await turns(5);
    expect(markersOf(sink)).to.deep.equal([head]);
  });

  it("a move during the opening of a stream is in its welcome, or is told after the join", async () => {
    const gate = new Gate();
    const [one, two] = [await open({ gate }), await open()];
    gate.shut();
    const entering = enter(one, ana);
    await gate.entered();
    await mark(two, ana, head);
    gate.open();
    const sink = await entering;
    await sink.stream.receive("", { kind: "join", logId: "", recent: 0 });
    await sink.has("caughtUp");
    await turns(5);
    expect(markersOf(sink).at(-1)).to.equal(head);
  });

  it("a marker of another node's newest message is not cut to the head of this node", async () => {
    const quiet = { ...bus, follow: () => {}, publish: () => {}, subscribe: () => () => {} };
    const { node: one } = await openNode(store, { through: (engines) => ({ ...engines, bus: quiet }) });
    nodes.push(one);
    const two = await open();
    const sender = await join(two, bob);
    await sender.stream.receive("", toAll("news"));
    await sender.has("accepted");
    expect(await mark(two, ana, head + 1)).to.equal(head + 1);
    expect(markersOf(await enter(one, ana))).to.deep.equal([head + 1]);
  });

  it("every stream is told of a move in the end, though no notification of it comes", async () => {
    const lossy = { follow: () => {}, publish: () => {}, subscribe: () => () => {} };
    const { node } = await openNode(store, { through: (engines) => ({ ...engines, bus: lossy }) });
    nodes.push(node);
    const people = await Promise.all(range(1, 12).map((i) => enlist(store, `p${i}`)));
    const sinks = await Promise.all(people.map((person) => join(node, person)));
    for (const { accountId } of people) await store.readMarkers.advance(accountId, head);
    await until(() => sinks.every((sink) => sink.kinds.includes("read")), "all streams to be told");
    for (const sink of sinks) expect(markersOf(sink)).to.deep.equal([0, head]);
  });

  it("a stream is refused if its marker cannot be read, and leaves nothing behind", async () => {
    const { node } = await openNode(store, {
      through: (engines) =>
        withPort(engines, "readMarkers", { get: () => Promise.reject(new StoreUnavailable("no answer")) }),
    });
    nodes.push(node);
    expect(await enter(node, ana).catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    expect(node.stats().streams).to.equal(0);
  });

  it("a node that drains while a stream opens refuses the stream", async () => {
    const gate = new Gate();
    const node = await open({ gate });
    gate.shut();
    const entering = enter(node, ana).catch((error) => error);
    await gate.entered();
    await node.drain();
    gate.open();
    expect(await entering).to.include({ reason: "SHUTTING_DOWN" });
  });

  it("a session that ends while its stream opens is refused", async () => {
    const gate = new Gate();
    const node = await open({ gate });
    gate.shut();
    const entering = enter(node, ana).catch((error) => error);
    await gate.entered();
    await node.logout(sessionOf(ana), false);
    gate.open();
    expect(await entering).to.include({ reason: "SESSION_INVALID" });
  });

  it("four calls of an account run at once, of History and MarkRead together, and a fifth is refused", async () => {
    const gate = new Gate();
    const { node } = await openNode(store, {
      through: (engines) => ({
        ...engines,
        log: gated(engines.log, gate, "history"),
        readMarkers: gated(engines.readMarkers, gate, "advance"),
      }),
    });
    nodes.push(node);
    gate.shut();
    const request = { beforeId: 0, peer: "", pageSize: 0 };
    const pages = range(1, 3).map(() => node.history(sessionOf(ana), request));
    const marked = mark(node, ana, head);
    await gate.entered();
    expect(node.kept().callers).to.equal(1);
    const refused = [mark(node, ana, head), node.history(sessionOf(ana), request)];
    for (const call of refused) {
      const refusal = await call.catch((error) => error);
      expect(refusal).to.include({ reason: "OVERLOADED" });
      expect(refusal.retryAfterMs).to.be.above(0);
    }
    const others = node.history(sessionOf(bob), request);
    gate.open();
    expect((await others).messages.length, "another account").to.be.above(0);
    await Promise.all([...pages, marked]);
    expect(await mark(node, ana, 0)).to.equal(head);
    expect(node.kept().callers).to.equal(0);
  });
});
