import { expect } from "chai";
import { textOf } from "../../src/server/log/entry.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import { enter, join, openNode, toAll } from "../support/chatNode.ts";
import { Gate, gated, override } from "../support/engines.ts";
import { until } from "../support/eventLoop.ts";
import { ModelStore } from "../support/modelStore.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, enlist, type Person, range, useStore } from "../support/storeFixture.ts";

const GOODBYE = { reason: "STORE_UNAVAILABLE", reconnect: true };

describe("ChatNode after a log regression", () => {
  const store = useStore(sqliteFixture);
  let node: ChatNode;
  let ana: Person;
  let bob: Person;
  beforeEach(async () => {
    [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
  });
  afterEach(() => node.close());

  /** A node on a model of a log with ten messages. The gates hold appends and joins. */
  async function setUp() {
    const model = new ModelStore();
    const [appends, arrivals] = [new Gate(), new Gate()];
    const followed: string[] = [];
    const opened = await openNode(store, {
      // No presence events, because one could be the response that a test leaves untaken.
      timings: { presenceWindowMs: 10 * 60 * 1_000 },
      through: (engines) => ({
        ...engines,
        log: gated(model, appends, "append"),
        roster: gated(engines.roster, arrivals, "arrive"),
        bus: override(engines.bus, { follow: (logId) => followed.push(logId) }),
      }),
    });
    node = opened.node;
    await model.append(range(1, 10).map((i) => messageOf(ana, `old ${i}`)));
    const { bus } = opened.engines;
    /** Regresses the log, and waits until the node has noticed. */
    const regress = async (headId: number) => {
      const { logId } = model.log;
      model.regress(headId);
      bus.publish({ kind: "head-advanced", logId, headId: 1_000 });
      await until(() => followed.at(-1) === model.log.logId, "the node to follow the new log");
    };
    bus.publish({ kind: "head-advanced", logId: "model", headId: 10 });
    await until(() => node.stats().headId === 10, "the node to have read the messages");
    return { ...opened, model, appends, arrivals, followed, regress };
  }

  const messageOf = (from: Person, text: string) => draft(from, text, { at: 1 });

  it("the node says goodbye to all of its streams, and follows the new log on the bus", async () => {
    const { regress, followed, reported } = await setUp();
    const sinks = [await join(node, ana), await join(node, bob), await enter(node, bob)];
    await regress(6);
    await until(() => sinks.every(({ ended }) => ended === "ended"), "all streams to end");
    for (const { goodbye, kinds } of sinks) {
      expect(goodbye).to.include(GOODBYE);
      expect(goodbye?.retryAfterMs).to.be.above(0);
      expect(kinds.at(-1)).to.equal("goodbye");
    }
    expect(followed).to.deep.equal(["model", "model-1"]);
    expect(reported.map(String).join()).to.include("gone back").and.include("model-1");
  });

  it("a client that comes back gets a gap, and then all messages of the new log", async () => {
    const { model, regress } = await setUp();
    const before = await join(node, bob, { resumeAfter: 0 });
    expect(before.texts).to.deep.equal(range(1, 10).map((i) => `old ${i}`));
    await regress(6);
    await model.append([messageOf(ana, "new 7")]);
    const again = await enter(node, bob);
    await again.stream.receive("", { kind: "join", resumeAfter: 10, logId: "model", recent: 0 });
    await again.has("caughtUp");
    expect(again.events[0]?.value).to.include({ logId: "model-1" });
    expect(again.kinds.slice(0, 2)).to.deep.equal(["welcome", "gap"]);
    await again.stream.receive("r", toAll("new 8"));
    await until(() => again.texts.length === 8, "all of it");
    expect(again.texts).to.deep.equal([...range(1, 6).map((i) => `old ${i}`), "new 7", "new 8"]);
  });

  it("a stream of the old log sends nothing of the new one, however late its client reads", async () => {
    const { model, regress } = await setUp();
    const slow = await join(node, bob);
    slow.reading = false;
    const sender = await join(node, ana);
    await sender.stream.receive("1", toAll("old 11"));
    await sender.stream.receive("2", toAll("old 12"));
    await until(() => slow.texts.length > 0, "a response to be in flight");
    await regress(6);
    await model.append(range(7, 30).map((i) => messageOf(ana, `new ${i}`)));
    await until(() => node.stats().headId >= 6, "the node to read the new log");
    await join(node, ana, { resumeAfter: 0 });
    slow.read();
    await until(() => slow.ended === "ended", "the stream to end");
    expect(slow.texts.filter((text) => text.startsWith("new"))).to.deep.equal([]);
    expect(slow.goodbye).to.include(GOODBYE);
  });

  it("commands in flight get no reply, and those that the store does not have yet are not appended", async () => {
    const { model, appends, regress } = await setUp();
    const sink = await join(node, ana);
    appends.shut();
    await sink.stream.receive("1", toAll("with the store"));
    await appends.entered();
    await sink.stream.receive("2", toAll("not with the store yet"));
    sink.stream.halfClose();
    await regress(6);
    await until(() => sink.ended === "ended", "the stream to end");
    appends.open();
    expect(sink.kinds).to.not.include("accepted").and.not.include("rejected");
    expect(sink.goodbye).to.include(GOODBYE);
    const again = await join(node, ana, { resumeAfter: 6 });
    await again.stream.receive("3", toAll("later"));
    await until(() => again.texts.includes("later"), "the next message");
    expect(model.log.entries.slice(6).map(textOf)).to.deep.equal(["with the store", "later"]);
  });

  it("a join that began before the regression does not complete", async () => {
    const { arrivals, regress } = await setUp();
    const sink = await enter(node, bob);
    arrivals.shut();
    const joining = sink.stream.receive("", { kind: "join", resumeAfter: 9, logId: "model", recent: 0 });
    await arrivals.entered();
    await regress(6);
    arrivals.open();
    await joining;
    await until(() => sink.ended === "ended", "the stream to end");
    expect(sink.kinds).to.deep.equal(["welcome", "goodbye"]);
    expect(node.stats()).to.include({ readers: 0 });
  });
});
