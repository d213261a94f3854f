import { expect } from "chai";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { Draft } from "../../src/server/log/ports/logStore.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import { enter, join, type NodeSetUp, openNode, toAll } from "../support/chatNode.ts";
import { Gate, gated, withPort } from "../support/engines.ts";
import { isSettled, turns, until } from "../support/eventLoop.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, enlist, headOf, type Person, range, useStore } from "../support/storeFixture.ts";

/** Longer than any test (ms). */
const LONG_MS = 10 * 60 * 1_000;

describe("Stream", () => {
  const store = useStore(sqliteFixture);
  let node: ChatNode;
  let ana: Person;
  let bob: Person;
  beforeEach(async () => {
    [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
  });
  afterEach(() => node.close());

  async function open(setUp?: NodeSetUp) {
    const opened = await openNode(store, setUp);
    node = opened.node;
    return opened;
  }

  /** A set-up whose appends wait at a gate, or fail once. */
  function held() {
    const gate = new Gate();
    let failure: { error: Error; afterwards: boolean } | undefined;
    const setUp: NodeSetUp = {
      through: (engines) =>
        withPort(engines, "log", {
          append: async (batch: readonly Draft[]) => {
            const mine = failure;
            failure = undefined;
            await gate.pass();
            if (mine !== undefined && !mine.afterwards) throw mine.error;
            const appended = await engines.log.append(batch);
            if (mine !== undefined) throw mine.error;
            return appended;
          },
        }),
    };
    return {
      gate,
      setUp,
      failOnce: (error: Error, afterwards: boolean) => {
        failure = { error, afterwards };
      },
    };
  }

  it("a stream begins with a welcome, before the first command", async () => {
    await open();
    const sink = await enter(node, ana);
    expect(sink.kinds).to.deep.equal(["welcome"]);
  });

  it("a stream has at most one response in flight, and the next one has all that has gathered", async () => {
    // No presence events, because one could be the response that a test leaves untaken.
    await open({ timings: { presenceWindowMs: LONG_MS } });
    const [slow, sender] = [await join(node, bob), await join(node, ana)];
    await turns(3);
    slow.reading = false;
    await sender.stream.receive("1", toAll("1"));
    await until(() => slow.texts.length === 1, "the first one");
    for (const i of range(2, 30)) {
      await sender.stream.receive(`${i}`, toAll(`${i}`));
      await until(() => sender.texts.length === i, "the echo");
    }
    const { length } = slow.responses;
    expect(slow.texts).to.deep.equal(["1"]);
    slow.read();
    await until(() => slow.texts.length === 30, "the rest");
    expect(slow.texts).to.deep.equal(range(1, 30).map(String));
    expect(slow.responses).to.have.length(length + 1);
    expect([slow.maxInFlight, sender.maxInFlight]).to.deep.equal([1, 1]);
  });

  it("a stream replies in the order of the commands, though a refusal is ready sooner than a commit", async () => {
    const { gate, setUp } = held();
    await open(setUp);
    const sink = await join(node, ana);
    gate.shut();
    await sink.stream.receive("1", toAll("hello"));
    await sink.stream.receive("2", toAll(""));
    await sink.stream.receive("3", { kind: "help" });
    await turns(3);
    expect(sink.kinds).to.not.include("rejected").and.not.include("help");
    gate.open();
    await sink.has("help");
    const replies = sink.responses.flatMap(({ events }) => events.map(({ requestId }) => requestId)).filter(Boolean);
    expect(replies).to.deep.equal(["1", "2", "3"]);
  });

  it("the replies to commands after a join do not wait for the end of its replay", async () => {
    await open();
    await store.log.append(range(1, 100).map((i) => draft(bob, `${i} ${"x".repeat(4_000)}`)));
    const sink = await enter(node, ana);
    sink.reading = false;
    await sink.stream.receive("the join", { kind: "join", logId: "", resumeAfter: 0, recent: 0 });
    await sink.stream.receive("the help", { kind: "help" });
    sink.read();
    await sink.has("caughtUp");
    const replies = sink.kinds.filter((kind) => kind !== "welcome" && kind !== "message");
    expect(replies).to.deep.equal(["help", "caughtUp"]);
  });

  it("a stream reads no command while its replies are not taken, and continues when they are", async () => {
    await open({ sizes: { maxReplies: 4 } });
    const sink = await join(node, ana);
    await turns(3);
    sink.reading = false;
    let received = 0;
    const receiving = (async () => {
      for (const i of range(1, 20)) {
        await sink.stream.receive(`${i}`, { kind: "help" });
        received = i;
      }
    })();
    await turns(10);
    // Four replies in the queue, and those of the response in flight.
    expect(received).to.be.within(3, 10);
    await turns(10);
    expect(received).to.be.within(3, 10);
    sink.read();
    await receiving;
    await until(() => sink.kinds.filter((kind) => kind === "help").length === 20, "all replies");
  });

  it("a stream that drops while its join is failing leaves the user's other stream online", async () => {
    const gate = new Gate();
    let failures = 1;
    const { engines } = await open({
      timings: { graceMs: 0 },
      through: (real) =>
        withPort(real, "roster", {
          arrive: async (who) => {
            await gate.pass();
            failures -= 1;
            if (failures >= 0) throw new StoreUnavailable("the roster is unavailable");
            return real.roster.arrive(who);
          },
        }),
    });
    gate.shut();
    const [first, second] = [await enter(node, ana), await enter(node, ana)];
    const joins = [first, second].map(({ stream }) => stream.receive("", { kind: "join", logId: "", recent: 0 }));
    await gate.entered();
    await turns(3);
    first.stream.closed();
    gate.open();
    await Promise.all(joins);
    await second.has("caughtUp");
    expect(await engines.roster.find(ana.username)).to.include({ username: ana.username });
  });

  it("a half-closed stream ends after the replies and after the message of the last accepted", async () => {
    const { gate, setUp } = held();
    await open(setUp);
    const sink = await join(node, ana);
    gate.shut();
    await sink.stream.receive("1", toAll("hello"));
    await gate.entered();
    sink.stream.halfClose();
    await turns(5);
    expect(sink.ended).to.equal("open");
    gate.open();
    await until(() => sink.ended === "ended", "the stream to end");
    expect(sink.goodbye).to.equal(undefined);
    expect(sink.kinds).to.include("accepted").and.include("message");
  });

  it("a half-closed stream receives the echo of its last message, though no notification of it comes", async () => {
    await open({
      through: (engines) =>
        withPort(engines, "bus", {
          publish: (notification) => {
            if (notification.kind !== "appended") engines.bus.publish(notification);
          },
        }),
    });
    const sink = await join(node, ana);
    await sink.stream.receive("1", toAll("hello"));
    sink.stream.halfClose();
    await until(() => sink.ended === "ended", "the stream to end");
    expect(sink.texts).to.deep.equal(["hello"]);
  });

  it("a stream says goodbye if an outcome is unknown, and neither accepted nor rejected", async () => {
    const { setUp, failOnce } = held();
    const { reported } = await open(setUp);
    const sink = await join(node, ana);
    failOnce(new OutcomeUnknown("the worker has died"), true);
    await sink.stream.receive("r", toAll("was it?"));
    await sink.has("goodbye");
    expect(sink.goodbye).to.include({ reason: "STORE_UNAVAILABLE", reconnect: true });
    expect(sink.kinds).to.not.include("accepted").and.not.include("rejected");
    expect(reported).to.have.length(1);
  });

  it("an unknown outcome is settled when the command is sent again, and all users see the message", async () => {
    const { setUp, failOnce } = held();
    await open(setUp);
    const other = await join(node, bob);
    const first = await join(node, ana);
    failOnce(new OutcomeUnknown("the worker has died"), true);
    await first.stream.receive("r", toAll("was it?"));
    await first.has("goodbye");
    const second = await join(node, ana, { resumeAfter: (await headOf(store.log)) - 1 });
    await second.stream.receive("r", toAll("was it?"));
    second.stream.halfClose();
    await until(() => second.ended === "ended", "the stream to end");
    expect(second.events.find(({ $case }) => $case === "accepted")?.value).to.include({ duplicate: true });
    expect(second.texts).to.deep.equal(["was it?"]);
    await until(() => other.texts.length > 0, "the message");
    expect(other.texts).to.deep.equal(["was it?"]);
  });

  it("a stream asks at most once a second for a page that the store cannot give", async () => {
    let reads = 0;
    let broken = false;
    const head = await headOf(store.log);
    await store.log.append(range(1, 100).map((i) => draft(bob, `${i} `.padEnd(200, "x"))));
    await open({
      sizes: { timelineBytes: 2_000, pageMessages: 10 },
      through: (engines) =>
        withPort(engines, "log", {
          read: async (from, to) => {
            // Delays only the pages of the first messages, because the log itself may read the newest ones.
            if (broken && from <= head + 100) reads += 1;
            if (broken) throw new StoreUnavailable("the disk is unavailable");
            return engines.log.read(from, to);
          },
        }),
    });
    broken = true;
    const began = performance.now();
    const behind = await enter(node, ana);
    await behind.stream.receive("", { kind: "join", logId: "", recent: 0, resumeAfter: head });
    const sender = await join(node, bob);
    for (const i of range(1, 50)) {
      await sender.stream.receive(`${i}`, toAll(`${i}`));
      await until(() => sender.texts.length === i, "the echo");
    }
    expect(reads).to.be.within(1, 2 + (performance.now() - began) / 1_000);
    broken = false;
    await until(() => behind.texts.length === 150, "all of it, when the disk is back");
  });

  it("a cancelled stream leaves nothing behind", async () => {
    await open();
    const before = node.stats();
    const sinks = await Promise.all(range(1, 20).map(() => join(node, ana)));
    expect(node.stats()).to.include({ streams: 20, readers: 20 });
    for (const sink of sinks) sink.stream.closed();
    expect(node.stats()).to.deep.equal(before);
  });

  it("a stream that is cut while it reads pages leaves nothing behind", async () => {
    const head = await headOf(store.log);
    await store.log.append(range(1, 100).map((i) => draft(bob, `${i} `.padEnd(200, "x"))));
    await open({ sizes: { timelineBytes: 2_000, pageMessages: 10, responseBytes: 1_000 } });
    const sink = await enter(node, ana);
    await sink.stream.receive("", { kind: "join", logId: "", recent: 0, resumeAfter: head });
    await until(() => sink.texts.length > 0, "the first page");
    expect(node.stats()).to.include({ readers: 1, readersBehind: 1 });
    sink.stream.closed();
    expect(node.stats()).to.include({ streams: 0, readers: 0, readersBehind: 0 });
  });

  it("a stream that is cancelled during its join leaves nothing behind", async () => {
    const gate = new Gate();
    await open({
      through: (engines) => ({ ...engines, roster: gated(engines.roster, gate, "arrive") }),
    });
    const sink = await enter(node, ana);
    gate.shut();
    const joining = sink.stream.receive("", { kind: "join", logId: "", recent: 3 });
    await gate.entered();
    sink.stream.closed();
    gate.open();
    await joining;
    expect(node.stats()).to.include({ streams: 0, readers: 0 });
    expect(sink.kinds).to.deep.equal(["welcome"]);
  });

  it("a stream that has ended takes no command, and does not let the caller wait", async () => {
    await open();
    const sink = await join(node, ana);
    sink.stream.closed();
    expect(await isSettled(sink.stream.receive("r", toAll("too late")))).to.equal(true);
  });
});
