import { expect } from "chai";
import { Counters } from "../../src/server/chat/counters.ts";
import type { RoomEvent } from "../../src/server/chat/events.ts";
import { MessageSubmitter } from "../../src/server/chat/messageSubmitter.ts";
import { RateLimiter } from "../../src/server/chat/rateLimiter.ts";
import { DEFAULT_LIMITS, DEFAULT_SIZES, type Limits } from "../../src/server/common/limits.ts";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { LocalBus, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { Committer } from "../../src/server/log/committer.ts";
import { LogReplica } from "../../src/server/log/logReplica.ts";
import type { Draft, LogStore } from "../../src/server/log/ports/logStore.ts";
import { encoder } from "../support/encoder.ts";
import { Gate, override } from "../support/engines.ts";
import { isSettled } from "../support/eventLoop.ts";
import { sqlitePlace } from "../support/sqliteFixture.ts";
import { enlist, headOf, idsAfter, NOON, type Person, readAfter, useStore } from "../support/storeFixture.ts";

const NO_RATE = { messagesPerSecond: 0, burst: 0 };

describe("A message that somebody sends", () => {
  const store = useStore(sqlitePlace);
  let ana: Person;
  let bob: Person;
  let base: number;
  beforeEach(async () => {
    [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
    base = await headOf(store.log);
  });

  async function setUp(limits: Partial<Limits> = NO_RATE) {
    const gate = new Gate();
    let broken: Error | undefined;
    const appended: (readonly Draft[])[] = [];
    const through = override<LogStore>(store.log, {
      append: async (batch) => {
        appended.push(batch);
        const failure = broken;
        await gate.pass();
        if (failure !== undefined) throw failure;
        return store.log.append(batch);
      },
      find: async (senderId, requestId) => {
        if (broken !== undefined) throw broken;
        return store.log.find(senderId, requestId);
      },
    });
    const roster = new MemoryRoster();
    const all = { ...DEFAULT_LIMITS, ...limits };
    const log = await LogReplica.open(through, encoder, DEFAULT_SIZES);
    const bus = new LocalBus();
    bus.subscribe((hint) => {
      if (hint.kind === "appended") log.ingest(hint.messages);
    });
    const rate = new RateLimiter(all);
    log.listen({
      appended: (entries) => {
        for (const { senderId } of entries) rate.spend(senderId);
      },
      regressed: () => {},
      storeAnswers: () => {},
    });
    const sender = new MessageSubmitter({
      log: through,
      accounts: store.accounts,
      roster,
      committer: new Committer({ store: through, log, bus, counters: new Counters(), report: () => {} }),
      rate,
      limits: all,
      clock: () => NOON,
    });
    const admit = ({ accountId, username, sessionId }: Person, text: string, to?: string, requestId = "") =>
      sender.submit({
        session: { id: sessionId, accountId, username, expiresAt: 0, lastUsedAt: 0 },
        logId: log.logId,
        requestId,
        recipient: to,
        text,
      });
    /** What becomes of it, in a word: its place behind the others, or why not. */
    const say = async (...command: Parameters<typeof admit>) => wordFor(await (await admit(...command)).outcome);
    const wordFor = (event: RoomEvent | undefined) => {
      if (event?.kind === "accepted") return `${event.id - base}${event.duplicate ? " again" : ""}`;
      return event?.kind === "rejected" ? event.reason : "no answer";
    };
    const arrive = ({ accountId, username }: Person) => roster.arrive({ accountId, username, since: NOON });
    return {
      admit,
      say,
      arrive,
      gate,
      appended,
      leave: ({ accountId }: Person) => roster.leave(accountId),
      breakWith: (error: Error | undefined) => {
        broken = error;
      },
    };
  }

  it("to everyone is accepted when it is in the log", async () => {
    const { say } = await setUp();
    expect(await say(ana, "hello")).to.equal("1");
    expect(await readAfter(store.log, base)).to.deep.equal([
      {
        id: base + 1,
        senderId: ana.accountId,
        sender: ana.username,
        recipientId: 0,
        recipient: "",
        text: "hello",
        sentAt: NOON,
      },
    ]);
  });

  it("to one is accepted where they are online, in upper case too", async () => {
    const { say, arrive } = await setUp();
    await arrive(bob);
    expect(await say(ana, "hello", bob.username.toUpperCase())).to.equal("1");
    expect((await readAfter(store.log, base))[0]).to.include({ recipientId: bob.accountId, recipient: bob.username });
  });

  it("is refused for what is wrong with it, and nothing is written", async () => {
    const { say, appended } = await setUp({ ...NO_RATE, maxTextBytes: 10 });
    expect(await say(ana, "")).to.equal("TEXT_EMPTY");
    expect(await say(ana, "x".repeat(11))).to.equal("TEXT_TOO_LONG");
    expect(await say(ana, "\u00e9".repeat(6))).to.equal("TEXT_TOO_LONG");
    expect(await say(ana, "a\0b")).to.equal("TEXT_INVALID");
    expect(await say(ana, "hello", bob.username)).to.equal("RECIPIENT_OFFLINE");
    expect(await say(ana, "hello", "nobody")).to.equal("RECIPIENT_UNKNOWN");
    expect(await say(ana, "hello", "not a name!")).to.equal("RECIPIENT_UNKNOWN");
    expect(await say(ana, "hello", "")).to.equal("RECIPIENT_UNKNOWN");
    expect(appended).to.deep.equal([]);
    expect(await say(ana, "\u00e9".repeat(5)), "to the last byte").to.equal("1");
    expect(await say(ana, " "), "white space alone").to.equal("2");
  });

  it("is refused for what is wrong first: the text, then the recipient, then the rate", async () => {
    const { say } = await setUp({ messagesPerSecond: 0.001, burst: 1 });
    expect(await say(ana, "hello")).to.equal("1");
    expect(await say(ana, "", "nobody")).to.equal("TEXT_EMPTY");
    expect(await say(ana, "hello", "nobody")).to.equal("RECIPIENT_UNKNOWN");
    expect(await say(ana, "hello")).to.equal("RATE_LIMITED");
  });

  it("is refused where it comes too fast, with the time after which it would not be", async () => {
    const { admit, say } = await setUp({ messagesPerSecond: 0.001, burst: 2 });
    expect([await say(ana, "1"), await say(ana, "2")]).to.deep.equal(["1", "2"]);
    const event = await (await admit(ana, "3")).outcome;
    expect(event).to.include({ kind: "rejected", reason: "RATE_LIMITED" });
    expect(event?.kind === "rejected" && event.retryAfter).to.be.within(1, 1_000_000);
    expect(await say(bob, "1"), "somebody else").to.equal("3");
  });

  it("that is sent again is accepted as the first time, whatever would be refused today", async () => {
    const { say, arrive, leave } = await setUp({ messagesPerSecond: 0.001, burst: 2 });
    await arrive(bob);
    expect(await say(ana, "hello", bob.username, "r1")).to.equal("1");
    expect(await say(ana, "hello", undefined, "r2")).to.equal("2");
    await leave(bob);
    expect(await say(ana, "hello", bob.username, "r1"), "bob is gone").to.equal("1 again");
    expect(await say(ana, "hello", undefined, "r2"), "the rate is used up").to.equal("2 again");
    const strict = await setUp({ ...NO_RATE, maxTextBytes: 2 });
    expect(await strict.say(ana, "hello", undefined, "r2"), "the text is too long today").to.equal("2 again");
  });

  it("that is sent again does not count as a message", async () => {
    const { say } = await setUp({ messagesPerSecond: 0.001, burst: 2 });
    expect(await say(ana, "hello", undefined, "r")).to.equal("1");
    for (let i = 0; i < 5; i++) expect(await say(ana, "hello", undefined, "r")).to.equal("1 again");
    expect(await say(ana, "another")).to.equal("2");
    expect(await say(ana, "too many")).to.equal("RATE_LIMITED");
  });

  it("under the request id of another one is refused for that before all else", async () => {
    const { say, arrive } = await setUp({ ...NO_RATE, maxTextBytes: 10 });
    await arrive(bob);
    expect(await say(ana, "to all", undefined, "r1")).to.equal("1");
    expect(await say(ana, "to bob", bob.username, "r2")).to.equal("2");
    const others: [string, string | undefined, string][] = [
      ["another", undefined, "r1"],
      ["to all", bob.username, "r1"],
      ["to all", "nobody", "r1"],
      ["to all", "", "r1"],
      ["", undefined, "r1"],
      ["much too long a text", undefined, "r1"],
      ["a\0b", undefined, "r1"],
      ["to bob", undefined, "r2"],
      ["to bob", ana.username, "r2"],
      ["to bob", "nobody", "r2"],
    ];
    for (const [text, to, requestId] of others) {
      expect(await say(ana, text, to, requestId), `${text} to ${to}`).to.equal("REQUEST_ID_REUSED");
    }
    expect(await say(ana, "to bob", bob.username.toUpperCase(), "r2")).to.equal("2 again");
  });

  it("that was refused may be sent again under the same request id", async () => {
    const { say, arrive } = await setUp();
    expect(await say(ana, "hello", bob.username, "r")).to.equal("RECIPIENT_OFFLINE");
    expect(await say(ana, "", bob.username, "r")).to.equal("TEXT_EMPTY");
    await arrive(bob);
    expect(await say(ana, "hello", bob.username, "r")).to.equal("1");
  });

  it("waits for the outcome of the one under way with its request id, before anything is checked", async () => {
    const { admit, say, gate, arrive, leave } = await setUp();
    await arrive(bob);
    gate.shut();
    const first = await admit(ana, "hello", bob.username, "r");
    await gate.entered();
    const others = [say(ana, "hello", bob.username, "r"), say(ana, "", undefined, "r"), say(ana, "x", "nobody", "r")];
    const another = admit(ana, "another", undefined, "r2");
    await leave(bob);
    expect(await isSettled(Promise.race(others))).to.equal(false);
    expect(await isSettled(another), "another request id does not wait").to.equal(true);
    gate.open();
    expect(await first.outcome).to.include({ kind: "accepted", duplicate: false });
    expect(await Promise.all(others)).to.deep.equal(["1 again", "REQUEST_ID_REUSED", "REQUEST_ID_REUSED"]);
  });

  it("takes its chance where the one under way with its request id fails", async () => {
    const { admit, say, gate, breakWith } = await setUp();
    gate.shut();
    breakWith(new StoreUnavailable("the disk is full"));
    const first = await admit(ana, "hello", undefined, "r");
    await gate.entered();
    breakWith(undefined);
    const second = say(ana, "something else", undefined, "r");
    gate.open();
    expect(await first.outcome).to.include({ reason: "STORE_UNAVAILABLE" });
    expect(await second).to.equal("1");
  });

  it("has its place before it has its outcome: the next one of its stream may follow", async () => {
    const { admit, gate } = await setUp();
    gate.shut();
    const first = await admit(ana, "1");
    await gate.entered();
    const [second, third] = [await admit(ana, "2"), await admit(ana, "3")];
    expect(await isSettled(first.outcome)).to.equal(false);
    gate.open();
    const outcomes = await Promise.all([first, second, third].map(({ outcome }) => outcome));
    expect(outcomes.map((event) => event?.kind === "accepted" && event.id - base)).to.deep.equal([1, 2, 3]);
  });

  it("is refused where surely nothing was written, and may be sent again", async () => {
    const { admit, say, breakWith } = await setUp();
    breakWith(new StoreUnavailable("the disk is full"));
    const event = await (await admit(ana, "hello", undefined, "r")).outcome;
    expect(event).to.include({ kind: "rejected", reason: "STORE_UNAVAILABLE" });
    expect(event?.kind === "rejected" && event.retryAfter).to.be.above(0);
    breakWith(undefined);
    expect(await say(ana, "hello", undefined, "r")).to.equal("1");
  });

  it("is neither accepted nor refused where nobody knows", async () => {
    const { admit, breakWith } = await setUp();
    breakWith(new OutcomeUnknown("the thread has died"));
    const { outcome } = await admit(ana, "hello", undefined, "r");
    expect(await outcome.catch((error) => error)).to.be.instanceOf(OutcomeUnknown);
  });

  it("has no answer where its session has ended, and is not written", async () => {
    const { say } = await setUp({ messagesPerSecond: 0.001, burst: 1 });
    await store.sessions.end(ana.sessionId, false);
    expect(await say(ana, "hello")).to.equal("no answer");
    expect(await idsAfter(store.log, base)).to.deep.equal([]);
  });
});
