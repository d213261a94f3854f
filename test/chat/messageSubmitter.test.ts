import { expect } from "chai";
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
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { enlist, headOf, idsAfter, NOON, type Person, readAfter, useStore } from "../support/storeFixture.ts";

const NO_RATE_LIMIT = { messagesPerSecond: 0, burst: 0 };

describe("MessageSubmitter", () => {
  const store = useStore(sqliteFixture);
  let ana: Person;
  let bob: Person;
  let base: number;
  beforeEach(async () => {
    [ana, bob] = [await enlist(store, "ana"), await enlist(store, "bob")];
    base = await headOf(store.log);
  });

  async function setUp(limits: Partial<Limits> = NO_RATE_LIMIT) {
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
    bus.subscribe((notification) => {
      if (notification.kind === "appended") log.ingest(notification.messages);
    });
    const rate = new RateLimiter(all);
    log.listen({
      appended: (entries) => {
        for (const { senderId } of entries) rate.spend(senderId);
      },
      regressed: () => {},
      storeAnswers: () => {},
    });
    const submitter = new MessageSubmitter({
      log: through,
      accounts: store.accounts,
      roster,
      committer: new Committer({ store: through, log, bus, report: () => {} }),
      rate,
      limits: all,
      clock: () => NOON,
    });
    const submit = ({ accountId, username, sessionId }: Person, text: string, to?: string, requestId = "") =>
      submitter.submit({
        session: { id: sessionId, accountId, username, expiresAt: 0, lastUsedAt: 0 },
        logId: log.logId,
        requestId,
        recipient: to,
        text,
      });
    /** Submits, and resolves with the outcome: the id relative to `base`, or the reason of the refusal. */
    const say = async (...command: Parameters<typeof submit>) => wordFor(await (await submit(...command)).outcome);
    const wordFor = (event: RoomEvent | undefined) => {
      if (event?.kind === "accepted") return `${event.id - base}${event.duplicate ? " again" : ""}`;
      return event?.kind === "rejected" ? event.reason : "no answer";
    };
    const arrive = ({ accountId, username }: Person) => roster.arrive({ accountId, username, since: NOON });
    return {
      submit,
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

  it("a message to everyone is accepted when it is in the log", async () => {
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

  it("a private message is accepted if its recipient is online, also with the name in upper case", async () => {
    const { say, arrive } = await setUp();
    await arrive(bob);
    expect(await say(ana, "hello", bob.username.toUpperCase())).to.equal("1");
    expect((await readAfter(store.log, base))[0]).to.include({ recipientId: bob.accountId, recipient: bob.username });
  });

  it("an invalid message is refused with its reason, and nothing is written", async () => {
    const { say, appended } = await setUp({ ...NO_RATE_LIMIT, maxTextBytes: 10 });
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

  it("the text is checked first, then the recipient, then the rate", async () => {
    const { say } = await setUp({ messagesPerSecond: 0.001, burst: 1 });
    expect(await say(ana, "hello")).to.equal("1");
    expect(await say(ana, "", "nobody")).to.equal("TEXT_EMPTY");
    expect(await say(ana, "hello", "nobody")).to.equal("RECIPIENT_UNKNOWN");
    expect(await say(ana, "hello")).to.equal("RATE_LIMITED");
  });

  it("a message that comes too fast is refused, with the time until the next one may come", async () => {
    const { submit, say } = await setUp({ messagesPerSecond: 0.001, burst: 2 });
    expect([await say(ana, "1"), await say(ana, "2")]).to.deep.equal(["1", "2"]);
    const event = await (await submit(ana, "3")).outcome;
    expect(event).to.include({ kind: "rejected", reason: "RATE_LIMITED" });
    expect(event?.kind === "rejected" && event.retryAfterMs).to.be.within(1, 1_000_000);
    expect(await say(bob, "1"), "another user").to.equal("3");
  });

  it("a message that is sent again is accepted as a duplicate, even if it would be refused today", async () => {
    const { say, arrive, leave } = await setUp({ messagesPerSecond: 0.001, burst: 2 });
    await arrive(bob);
    expect(await say(ana, "hello", bob.username, "r1")).to.equal("1");
    expect(await say(ana, "hello", undefined, "r2")).to.equal("2");
    await leave(bob);
    expect(await say(ana, "hello", bob.username, "r1"), "bob is gone").to.equal("1 again");
    expect(await say(ana, "hello", undefined, "r2"), "the rate is used up").to.equal("2 again");
    const strict = await setUp({ ...NO_RATE_LIMIT, maxTextBytes: 2 });
    expect(await strict.say(ana, "hello", undefined, "r2"), "the text is too long today").to.equal("2 again");
  });

  it("a message that is sent again costs no token", async () => {
    const { say } = await setUp({ messagesPerSecond: 0.001, burst: 2 });
    expect(await say(ana, "hello", undefined, "r")).to.equal("1");
    for (let i = 0; i < 5; i++) expect(await say(ana, "hello", undefined, "r")).to.equal("1 again");
    expect(await say(ana, "another")).to.equal("2");
    expect(await say(ana, "too many")).to.equal("RATE_LIMITED");
  });

  it("the request id of another message is refused before anything else is checked", async () => {
    const { say, arrive } = await setUp({ ...NO_RATE_LIMIT, maxTextBytes: 10 });
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

  it("a message that was refused may be sent again with the same request id", async () => {
    const { say, arrive } = await setUp();
    expect(await say(ana, "hello", bob.username, "r")).to.equal("RECIPIENT_OFFLINE");
    expect(await say(ana, "", bob.username, "r")).to.equal("TEXT_EMPTY");
    await arrive(bob);
    expect(await say(ana, "hello", bob.username, "r")).to.equal("1");
  });

  it("a message waits for the one in flight with the same request id before it is checked", async () => {
    const { submit, say, gate, arrive, leave } = await setUp();
    await arrive(bob);
    gate.shut();
    const first = await submit(ana, "hello", bob.username, "r");
    await gate.entered();
    const others = [say(ana, "hello", bob.username, "r"), say(ana, "", undefined, "r"), say(ana, "x", "nobody", "r")];
    const another = submit(ana, "another", undefined, "r2");
    await leave(bob);
    expect(await isSettled(Promise.race(others))).to.equal(false);
    expect(await isSettled(another), "another request id does not wait").to.equal(true);
    gate.open();
    expect(await first.outcome).to.include({ kind: "accepted", duplicate: false });
    expect(await Promise.all(others)).to.deep.equal(["1 again", "REQUEST_ID_REUSED", "REQUEST_ID_REUSED"]);
  });

  it("a message is checked on its own if the one in flight with the same request id fails", async () => {
    const { submit, say, gate, breakWith } = await setUp();
    gate.shut();
    breakWith(new StoreUnavailable("the disk is full"));
    const first = await submit(ana, "hello", undefined, "r");
    await gate.entered();
    breakWith(undefined);
    const second = say(ana, "something else", undefined, "r");
    gate.open();
    expect(await first.outcome).to.include({ reason: "STORE_UNAVAILABLE" });
    expect(await second).to.equal("1");
  });

  it("the next message of a stream may follow before the outcome of the one before is known", async () => {
    const { submit, gate } = await setUp();
    gate.shut();
    const first = await submit(ana, "1");
    await gate.entered();
    const [second, third] = [await submit(ana, "2"), await submit(ana, "3")];
    expect(await isSettled(first.outcome)).to.equal(false);
    gate.open();
    const outcomes = await Promise.all([first, second, third].map(({ outcome }) => outcome));
    expect(outcomes.map((event) => event?.kind === "accepted" && event.id - base)).to.deep.equal([1, 2, 3]);
  });

  it("a message is refused if surely nothing was written, and may be sent again", async () => {
    const { submit, say, breakWith } = await setUp();
    breakWith(new StoreUnavailable("the disk is full"));
    const event = await (await submit(ana, "hello", undefined, "r")).outcome;
    expect(event).to.include({ kind: "rejected", reason: "STORE_UNAVAILABLE" });
    expect(event?.kind === "rejected" && event.retryAfterMs).to.be.above(0);
    breakWith(undefined);
    expect(await say(ana, "hello", undefined, "r")).to.equal("1");
  });

  it("a message whose outcome is unknown is neither accepted nor rejected", async () => {
    const { submit, breakWith } = await setUp();
    breakWith(new OutcomeUnknown("the worker has died"));
    const { outcome } = await submit(ana, "hello", undefined, "r");
    expect(await outcome.catch((error) => error)).to.be.instanceOf(OutcomeUnknown);
  });

  it("a message of a session that has ended gets no reply, and is not written", async () => {
    const { say } = await setUp({ messagesPerSecond: 0.001, burst: 1 });
    await store.sessions.end(ana.sessionId, false);
    expect(await say(ana, "hello")).to.equal("no answer");
    expect(await idsAfter(store.log, base)).to.deep.equal([]);
  });
});
