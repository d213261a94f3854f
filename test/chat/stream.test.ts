import { expect } from "chai";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { Draft } from "../../src/server/log/ports/logStore.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import { enter, join, openRoom, type RoomSetUp, toAll } from "../support/chatNode.ts";
import { Gate, gated, withPort } from "../support/engines.ts";
import { isSettled, turns, until } from "../support/eventLoop.ts";
import { sqlitePlace } from "../support/sqliteFixture.ts";
import { draft, enlist, headOf, type Person, range, useStore } from "../support/storeFixture.ts";

/** Does not come while a test lasts; in milliseconds. */
const LONG = 10 * 60 * 1_000;

describe("A stream", () => {
  const store = useStore(sqlitePlace);
  let room: ChatNode;
  let ana: Person;
  let bob: Person;
  beforeEach(async () => {
    [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
  });
  afterEach(() => room.close());

  async function open(setUp?: RoomSetUp) {
    const opened = await openRoom(store, setUp);
    room = opened.room;
    return opened;
  }

  /** Appends that wait at a gate, or fail. */
  function held() {
    const gate = new Gate();
    let failure: { error: Error; afterwards: boolean } | undefined;
    const setUp: RoomSetUp = {
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

  it("begins with a welcome, before anything was asked", async () => {
    await open();
    const sink = enter(room, ana);
    expect(sink.kinds).to.deep.equal(["welcome"]);
  });

  it("has one response under way at most, and takes all that has gathered as the next one", async () => {
    // Or that ana has come may be the response that is not taken.
    await open({ timings: { presenceWindowMs: LONG } });
    const [slow, sender] = [await join(room, bob), await join(room, ana)];
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
    expect([slow.mostUnderWay, sender.mostUnderWay]).to.deep.equal([1, 1]);
  });

  it("answers its commands in their order, though a refusal is sooner there than a commit", async () => {
    const { gate, setUp } = held();
    await open(setUp);
    const sink = await join(room, ana);
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

  it("reads no further command while its replies are not taken, and goes on when they are", async () => {
    await open({ sizes: { maxReplies: 4 } });
    const sink = await join(room, ana);
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
    // Four in the list, and those that are in the response under way.
    expect(received).to.be.within(3, 10);
    await turns(10);
    expect(received).to.be.within(3, 10);
    sink.read();
    await receiving;
    await until(() => sink.kinds.filter((kind) => kind === "help").length === 20, "all replies");
  });

  it("that breaks off while the roster does not take its join takes no other one off it", async () => {
    const gate = new Gate();
    let failures = 1;
    const { engines } = await open({
      timings: { graceMs: 0 },
      through: (real) =>
        withPort(real, "roster", {
          arrive: async (who) => {
            await gate.pass();
            failures -= 1;
            if (failures >= 0) throw new StoreUnavailable("the roster is away");
            return real.roster.arrive(who);
          },
        }),
    });
    gate.shut();
    const [first, second] = [enter(room, ana), enter(room, ana)];
    const joins = [first, second].map(({ stream }) => stream.receive("", { kind: "join", logId: "", recent: 0 }));
    await gate.entered();
    await turns(3);
    first.stream.closed();
    gate.open();
    await Promise.all(joins);
    await second.has("caughtUp");
    expect(await engines.roster.find(ana.username)).to.include({ username: ana.username });
  });

  it("that its client has half-closed ends when all is answered and all up to the last accepted was sent", async () => {
    const { gate, setUp } = held();
    await open(setUp);
    const sink = await join(room, ana);
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

  it("that is half-closed waits for its own last message, though no hint of it comes", async () => {
    await open({
      through: (engines) =>
        withPort(engines, "bus", {
          publish: (hint) => {
            if (hint.kind !== "appended") engines.bus.publish(hint);
          },
        }),
    });
    const sink = await join(room, ana);
    await sink.stream.receive("1", toAll("hello"));
    sink.stream.halfClose();
    await until(() => sink.ended === "ended", "the stream to end");
    expect(sink.texts).to.deep.equal(["hello"]);
  });

  it("says goodbye where an outcome is unknown, and neither accepted nor rejected", async () => {
    const { setUp, failOnce } = held();
    const { reported } = await open(setUp);
    const sink = await join(room, ana);
    failOnce(new OutcomeUnknown("the thread has died"), true);
    await sink.stream.receive("r", toAll("was it?"));
    await sink.has("goodbye");
    expect(sink.goodbye).to.include({ reason: "STORE_UNAVAILABLE", reconnect: true });
    expect(sink.kinds).to.not.include("accepted").and.not.include("rejected");
    expect(reported).to.have.length(1);
  });

  it("settles what was unknown when it is sent again, and ends: its message is seen by all", async () => {
    const { setUp, failOnce } = held();
    await open(setUp);
    const other = await join(room, bob);
    const first = await join(room, ana);
    failOnce(new OutcomeUnknown("the thread has died"), true);
    await first.stream.receive("r", toAll("was it?"));
    await first.has("goodbye");
    const second = await join(room, ana, { resumeAfter: (await headOf(store.log)) - 1 });
    await second.stream.receive("r", toAll("was it?"));
    second.stream.halfClose();
    await until(() => second.ended === "ended", "the stream to end");
    expect(second.events.find(({ $case }) => $case === "accepted")?.value).to.include({ duplicate: true });
    expect(second.texts).to.deep.equal(["was it?"]);
    await until(() => other.texts.length > 0, "the message");
    expect(other.texts).to.deep.equal(["was it?"]);
  });

  it("asks for a page it cannot get no more often than once a second, whatever goes on around it", async () => {
    let reads = 0;
    let broken = false;
    const head = await headOf(store.log);
    await store.log.append(range(1, 100).map((i) => draft(bob, `${i} `.padEnd(200, "x"))));
    await open({
      sizes: { timelineBytes: 2_000, pageMessages: 10 },
      through: (engines) =>
        withPort(engines, "log", {
          read: async (from, to) => {
            // The log itself may read what was appended just now.
            if (broken && from <= head + 100) reads += 1;
            if (broken) throw new StoreUnavailable("the disk is away");
            return engines.log.read(from, to);
          },
        }),
    });
    broken = true;
    const began = performance.now();
    const behind = enter(room, ana);
    await behind.stream.receive("", { kind: "join", logId: "", recent: 0, resumeAfter: head });
    const sender = await join(room, bob);
    for (const i of range(1, 50)) {
      await sender.stream.receive(`${i}`, toAll(`${i}`));
      await until(() => sender.texts.length === i, "the echo");
    }
    expect(reads).to.be.within(1, 2 + (performance.now() - began) / 1_000);
    broken = false;
    await until(() => behind.texts.length === 150, "all of it, when the disk is back");
  });

  it("that was cancelled leaves nothing behind", async () => {
    await open();
    const before = room.stats();
    const sinks = await Promise.all(range(1, 20).map(() => join(room, ana)));
    expect(room.stats()).to.include({ streams: 20, readers: 20 });
    for (const sink of sinks) sink.stream.closed();
    expect(room.stats()).to.deep.equal(before);
  });

  it("that is cut while it goes through pages leaves nothing behind", async () => {
    const head = await headOf(store.log);
    await store.log.append(range(1, 100).map((i) => draft(bob, `${i} `.padEnd(200, "x"))));
    await open({ sizes: { timelineBytes: 2_000, pageMessages: 10, responseBytes: 1_000 } });
    const sink = enter(room, ana);
    await sink.stream.receive("", { kind: "join", logId: "", recent: 0, resumeAfter: head });
    await until(() => sink.texts.length > 0, "the first page");
    expect(room.stats()).to.include({ readers: 1, readersBehind: 1 });
    sink.stream.closed();
    expect(room.stats()).to.include({ streams: 0, readers: 0, readersBehind: 0 });
  });

  it("that is cancelled in the midst of its join leaves nothing behind", async () => {
    const gate = new Gate();
    await open({
      through: (engines) => ({ ...engines, roster: gated(engines.roster, gate, "arrive") }),
    });
    const sink = enter(room, ana);
    gate.shut();
    const joining = sink.stream.receive("", { kind: "join", logId: "", recent: 3 });
    await gate.entered();
    sink.stream.closed();
    gate.open();
    await joining;
    expect(room.stats()).to.include({ streams: 0, readers: 0 });
    expect(sink.kinds).to.deep.equal(["welcome"]);
  });

  it("takes no command when it has ended, and keeps nobody waiting", async () => {
    await open();
    const sink = await join(room, ana);
    sink.stream.closed();
    expect(await isSettled(sink.stream.receive("r", toAll("too late")))).to.equal(true);
  });
});
