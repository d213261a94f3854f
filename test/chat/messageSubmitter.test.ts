import { expect } from "chai";
import type { RoomEvent } from "../../src/server/chat/events.ts";
import { MessageSubmitter } from "../../src/server/chat/messageSubmitter.ts";
import { RateLimiter } from "../../src/server/chat/rateLimiter.ts";
import type { WriteCommand } from "../../src/server/chat/writeCommand.ts";
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
import { enlist, headOf, idsAfter, NOON, type Person, readAfter, signIn, useStore } from "../support/storeFixture.ts";

const NO_RATE_LIMIT = { messagesPerSecond: 0, burst: 0 };

/** A command that sends a text, by default to everyone. */
function send(text: string, more: { to?: string | undefined; replyTo?: number; evenIfOffline?: boolean } = {}) {
  const { to: recipient, replyTo = 0, evenIfOffline = false } = more;
  return { kind: "send", recipient, text, replyTo, evenIfOffline } as const;
}

const reply = (messageId: number, text: string) => ({ kind: "reply", messageId, text }) as const;
const edit = (messageId: number, text: string, logId = "") => ({ kind: "edit", messageId, text, logId }) as const;
const remove = (messageId: number, logId = "") => ({ kind: "delete", messageId, logId }) as const;

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
    let finds = 0;
    const appended: (readonly Draft[])[] = [];
    const through = override<LogStore>(store.log, {
      append: async (batch) => {
        appended.push(batch);
        const failure = broken;
        await gate.pass();
        if (failure !== undefined) throw failure;
        return store.log.append(batch);
      },
      find: async (...args) => {
        finds += 1;
        if (broken !== undefined) throw broken;
        return store.log.find(...args);
      },
    });
    const roster = new MemoryRoster();
    const all = { ...DEFAULT_LIMITS, ...limits };
    const log = await LogReplica.open(through, encoder, DEFAULT_SIZES);
    const bus = new LocalBus();
    bus.subscribe((notification) => {
      if (notification.kind === "appended") log.ingest(notification.entries);
    });
    const rate = new RateLimiter(all);
    log.listen({
      appended: (entries) => {
        for (const { authorId } of entries) rate.spend(authorId);
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
    const session = ({ accountId, username, sessionId }: Person) => ({
      id: sessionId,
      accountId,
      username,
      expiresAt: 0,
      lastUsedAt: 0,
    });
    const run = (who: Person, command: WriteCommand, requestId = "") =>
      submitter.submit({ session: session(who), logId: log.logId, requestId, command });
    const submit = (who: Person, text: string, to?: string, requestId?: string) =>
      run(who, send(text, { to }), requestId);
    /** Submits, and resolves with the outcome: the id relative to `base`, or the reason of the refusal. */
    const ask = async (...command: Parameters<typeof run>) => wordFor(await (await run(...command)).outcome);
    const say = (...command: Parameters<typeof submit>) =>
      submit(...command).then(async ({ outcome }) => wordFor(await outcome));
    const wordFor = (event: RoomEvent | undefined) => {
      if (event?.kind === "accepted") return `${event.id - base}${event.duplicate ? " again" : ""}`;
      return event?.kind === "rejected" ? event.reason : "no answer";
    };
    const arrive = ({ accountId, username }: Person) => roster.arrive({ accountId, username, since: NOON });
    return {
      logId: log.logId,
      run,
      ask,
      submit,
      say,
      finds: () => finds,
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
        kind: "message",
        text: "hello",
        sentAt: NOON,
        replyTo: 0,
        editId: 0,
        editedAt: 0,
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

  it("a private message to a user who is offline is accepted if the command says so", async () => {
    const { ask } = await setUp();
    expect(await ask(ana, send("hello", { to: bob.username }))).to.equal("RECIPIENT_OFFLINE");
    const waiting = send("hello", { to: bob.username.toUpperCase(), evenIfOffline: true });
    expect(await ask(ana, waiting)).to.equal("1");
    expect((await readAfter(store.log, base))[0]).to.include({ recipientId: bob.accountId, recipient: bob.username });
    for (const nobody of ["nobody", "not a name!", "", "a\0b"]) {
      const toNobody = send("hello", { to: nobody, evenIfOffline: true });
      expect(await ask(ana, toNobody), nobody).to.equal("RECIPIENT_UNKNOWN");
    }
    expect(await ask(ana, send("a note", { to: ana.username, evenIfOffline: true })), "oneself").to.equal("2");
  });

  it("whether a message may wait for its recipient is not part of what a request id stands for", async () => {
    const { ask } = await setUp();
    const waiting = send("hello", { to: bob.username, evenIfOffline: true });
    expect(await ask(ana, waiting, "r")).to.equal("1");
    expect(await ask(ana, { ...waiting, evenIfOffline: false }, "r")).to.equal("1 again");
  });

  it("an edit replaces the text of a message, from any session of its sender", async () => {
    const { ask, say, logId } = await setUp();
    await say(ana, "helo");
    const phone = await signIn(store, ana);
    expect(await ask(ana, edit(base + 1, "hello"))).to.equal("2");
    expect(await ask(phone, edit(base + 1, "hello!", logId))).to.equal("3");
    expect(await ask(ana, edit(base + 1, "hello!")), "the text that it has").to.equal("4");
    const [message, ...rest] = await readAfter(store.log, base);
    expect(message).to.include({ kind: "message", text: "hello!", editId: base + 4 });
    expect(rest.map(({ kind }) => kind)).to.deep.equal(["erased", "erased", "edited"]);
  });

  it("a deletion takes a message back, once", async () => {
    const { ask, say } = await setUp();
    await say(ana, "oops");
    expect(await ask(ana, remove(base + 1))).to.equal("2");
    expect(await ask(ana, remove(base + 1))).to.equal("MESSAGE_UNKNOWN");
    expect(await ask(ana, edit(base + 1, "hello"))).to.equal("MESSAGE_UNKNOWN");
    const entries = await readAfter(store.log, base);
    expect(entries.map(({ kind }) => kind)).to.deep.equal(["erased", "deleted"]);
    expect(entries[1]).to.include({ messageId: base + 1, byId: ana.accountId, by: ana.username });
  });

  it("an edit has to have a text like that of a message", async () => {
    const { ask, say } = await setUp({ ...NO_RATE_LIMIT, maxTextBytes: 10 });
    await say(ana, "hello");
    expect(await ask(ana, edit(base + 1, ""))).to.equal("TEXT_EMPTY");
    expect(await ask(ana, edit(base + 1, "x".repeat(11)))).to.equal("TEXT_TOO_LONG");
    expect(await ask(ana, edit(base + 1, "a\0b"))).to.equal("TEXT_INVALID");
    expect(await idsAfter(store.log, base)).to.deep.equal([base + 1]);
  });

  it("an edit, a deletion and a reply are refused if they name no message that the user can see", async () => {
    const { ask, say } = await setUp();
    const eve = await enlist(store, "eve");
    await say(ana, "to all");
    await ask(ana, send("to bob", { to: bob.username, evenIfOffline: true }));
    await ask(ana, edit(base + 1, "to all of you"));
    await say(ana, "deleted soon");
    await ask(ana, remove(base + 4));
    const ids: [string, Person, number][] = [
      ["0", ana, 0],
      ["the next id", ana, base + 6],
      ["an id of the future", ana, base + 1_000_000],
      ["the largest id", ana, Number.MAX_SAFE_INTEGER],
      ["the id of an edit", ana, base + 3],
      ["a deleted message", ana, base + 4],
      ["the id of a deletion", ana, base + 5],
      ["a private message of others", eve, base + 2],
    ];
    for (const [what, who, id] of ids) {
      expect(await ask(who, edit(id, "x")), `edit of ${what}`).to.equal("MESSAGE_UNKNOWN");
      expect(await ask(who, remove(id)), `deletion of ${what}`).to.equal("MESSAGE_UNKNOWN");
      expect(await ask(who, reply(id, "x")), `typed reply to ${what}`).to.equal("MESSAGE_UNKNOWN");
      if (id === 0) continue;
      expect(await ask(who, send("x", { replyTo: id })), `reply to ${what}`).to.equal("MESSAGE_UNKNOWN");
    }
    expect(await idsAfter(store.log, base + 5)).to.deep.equal([]);
  });

  it("a message that the log has forgotten is unknown", async () => {
    const { ask, say } = await setUp();
    await say(ana, "old");
    await say(ana, "new");
    await store.log.truncate(base + 2);
    expect(await ask(ana, edit(base + 1, "x"))).to.equal("MESSAGE_UNKNOWN");
    expect(await ask(ana, remove(base + 1))).to.equal("MESSAGE_UNKNOWN");
    expect(await ask(ana, send("x", { replyTo: base + 1 }))).to.equal("MESSAGE_UNKNOWN");
    expect(await ask(ana, edit(base + 2, "newer"))).to.equal("3");
  });

  it("a message of another log is unknown, and an empty log id is not compared", async () => {
    const { run, ask, say, logId } = await setUp();
    await say(ana, "hello");
    const refused = await (await run(ana, edit(base + 1, "x", "another log"))).outcome;
    expect(refused).to.include({ kind: "rejected", reason: "MESSAGE_UNKNOWN" });
    expect(refused?.kind === "rejected" && refused.message)
      .to.include('"another log"')
      .and.include(logId);
    expect(await ask(ana, remove(base + 1, "another log"))).to.equal("MESSAGE_UNKNOWN");
    expect(await ask(ana, remove(base + 1, logId))).to.equal("2");
  });

  it("only the sender of a message may edit or delete it, also if another user received it", async () => {
    const { run, ask, say } = await setUp();
    await say(ana, "to all");
    await ask(ana, send("to bob", { to: bob.username, evenIfOffline: true }));
    for (const id of [base + 1, base + 2]) {
      expect(await ask(bob, edit(id, "x"))).to.equal("NOT_THE_SENDER");
      expect(await ask(bob, remove(id))).to.equal("NOT_THE_SENDER");
    }
    const refused = await (await run(bob, remove(base + 1))).outcome;
    expect(refused?.kind === "rejected" && refused.message).to.include(`${base + 1}`);
  });

  it("an edit that is queued behind a deletion is refused, and of two deletions one is accepted", async () => {
    const { run, say, gate } = await setUp();
    await say(ana, "hello");
    gate.shut();
    const first = await run(ana, send("holds the commit"));
    await gate.entered();
    const others = [remove(base + 1), edit(base + 1, "x"), remove(base + 1), send("x", { replyTo: base + 1 })];
    const queued = [];
    for (const command of others) queued.push(await run(ana, command));
    gate.open();
    expect(await first.outcome).to.include({ kind: "accepted" });
    const outcomes = await Promise.all(queued.map(({ outcome }) => outcome));
    expect(outcomes.map((event) => (event?.kind === "rejected" ? event.reason : event?.kind))).to.deep.equal([
      "accepted",
      "MESSAGE_UNKNOWN",
      "MESSAGE_UNKNOWN",
      "MESSAGE_UNKNOWN",
    ]);
  });

  it("a reply has the id of its message, and goes to everyone or to one user", async () => {
    const { ask, say } = await setUp();
    await say(bob, "to all");
    expect(await ask(ana, send("yes", { replyTo: base + 1 }))).to.equal("2");
    expect(await ask(ana, send("psst", { replyTo: base + 1, to: bob.username, evenIfOffline: true }))).to.equal("3");
    const [, first, second] = await readAfter(store.log, base);
    expect(first).to.include({ text: "yes", replyTo: base + 1, recipientId: 0 });
    expect(second).to.include({ text: "psst", replyTo: base + 1, recipientId: bob.accountId });
  });

  it("a typed reply goes to everyone if its message did, else to the other one of the two", async () => {
    const { ask, say } = await setUp();
    await say(bob, "to all");
    await ask(bob, send("to ana", { to: ana.username, evenIfOffline: true }));
    await ask(ana, send("a note", { to: ana.username, evenIfOffline: true }));
    expect(await ask(ana, reply(base + 1, "1"))).to.equal("4");
    expect(await ask(ana, reply(base + 2, "2"))).to.equal("5");
    expect(await ask(bob, reply(base + 2, "3")), "to one's own message").to.equal("6");
    expect(await ask(ana, reply(base + 3, "4")), "to a note").to.equal("7");
    const sent = (await readAfter(store.log, base + 3)).map((entry) => {
      if (entry.kind !== "message") throw new Error("not a message");
      return [entry.replyTo - base, entry.recipient];
    });
    expect(sent).to.deep.equal([
      [1, ""],
      [2, bob.username],
      [2, ana.username],
      [3, ana.username],
    ]);
  });

  it("a typed reply is the same command as the one that it stands for", async () => {
    const { ask, say } = await setUp();
    await say(bob, "to all");
    await ask(bob, send("to ana", { to: ana.username, evenIfOffline: true }));
    expect(await ask(ana, reply(base + 1, "yes"), "r1")).to.equal("3");
    expect(await ask(ana, send("yes", { replyTo: base + 1 }), "r1")).to.equal("3 again");
    expect(await ask(ana, reply(base + 1, "yes"), "r1")).to.equal("3 again");
    expect(await ask(ana, send("yes", { to: bob.username, replyTo: base + 2, evenIfOffline: true }), "r2")).to.equal(
      "4",
    );
    expect(await ask(ana, reply(base + 2, "yes"), "r2")).to.equal("4 again");
    expect(await ask(ana, reply(base + 1, "yes"), "r2")).to.equal("REQUEST_ID_REUSED");
  });

  it("a typed reply that is sent again is a duplicate, also if its message has been deleted", async () => {
    const { ask, say } = await setUp();
    await say(bob, "to all");
    await ask(bob, send("to ana", { to: ana.username, evenIfOffline: true }));
    expect([await ask(ana, reply(base + 1, "1"), "r1"), await ask(ana, reply(base + 2, "2"), "r2")]).to.deep.equal([
      "3",
      "4",
    ]);
    await ask(bob, remove(base + 1));
    await ask(bob, remove(base + 2));
    expect(await ask(ana, reply(base + 1, "1"), "r1")).to.equal("3 again");
    expect(await ask(ana, reply(base + 2, "2"), "r2")).to.equal("4 again");
    expect(await ask(ana, reply(base + 2, "another"), "r2")).to.equal("REQUEST_ID_REUSED");
    expect(await ask(ana, reply(base + 2, "2"), "r3")).to.equal("MESSAGE_UNKNOWN");
  });

  it("the text is checked before the message, the message before the recipient and the rate", async () => {
    const { ask, say } = await setUp({ messagesPerSecond: 0.001, burst: 3 });
    await say(ana, "hello");
    await say(ana, "again");
    expect(await ask(ana, edit(0, ""))).to.equal("TEXT_EMPTY");
    expect(await ask(ana, reply(0, ""))).to.equal("TEXT_EMPTY");
    expect(await ask(ana, send("", { replyTo: base + 9 }))).to.equal("TEXT_EMPTY");
    expect(await ask(ana, send("x", { replyTo: base + 9, to: "nobody" }))).to.equal("MESSAGE_UNKNOWN");
    expect(await ask(bob, remove(base + 1))).to.equal("NOT_THE_SENDER");
    await say(ana, "the last one");
    expect(await ask(ana, send("x", { replyTo: base + 1, to: "nobody" }))).to.equal("RECIPIENT_UNKNOWN");
    expect(await ask(ana, send("x", { replyTo: base + 9 }))).to.equal("MESSAGE_UNKNOWN");
    expect(await ask(ana, edit(base + 9, "x"))).to.equal("MESSAGE_UNKNOWN");
    expect(await ask(ana, edit(base + 1, "x"))).to.equal("RATE_LIMITED");
    expect(await ask(ana, remove(base + 1))).to.equal("RATE_LIMITED");
    expect(await ask(ana, reply(base + 1, "x"))).to.equal("RATE_LIMITED");
  });

  it("edits and deletions count for the rate like messages, and duplicates of them do not", async () => {
    const { ask, say } = await setUp({ messagesPerSecond: 0.001, burst: 3 });
    expect(await say(ana, "hello")).to.equal("1");
    expect(await ask(ana, edit(base + 1, "hello!"), "e")).to.equal("2");
    for (let i = 0; i < 5; i++) expect(await ask(ana, edit(base + 1, "hello!"), "e")).to.equal("2 again");
    expect(await ask(ana, remove(base + 1), "d")).to.equal("3");
    for (let i = 0; i < 5; i++) expect(await ask(ana, remove(base + 1), "d")).to.equal("3 again");
    expect(await say(ana, "too many")).to.equal("RATE_LIMITED");
  });

  it("a refused edit or deletion costs no token", async () => {
    const { ask, say } = await setUp({ messagesPerSecond: 0.001, burst: 2 });
    await say(bob, "his");
    for (let i = 0; i < 5; i++) {
      expect(await ask(ana, edit(base + 1, "x"))).to.equal("NOT_THE_SENDER");
      expect(await ask(ana, remove(base + 9))).to.equal("MESSAGE_UNKNOWN");
    }
    expect([await say(ana, "1"), await say(ana, "2")]).to.deep.equal(["2", "3"]);
  });

  it("a request id stands for one command of any kind", async () => {
    const { ask, say } = await setUp();
    await say(ana, "1");
    await say(ana, "2");
    expect(await ask(ana, edit(base + 1, "one"), "e")).to.equal("3");
    expect(await ask(ana, remove(base + 2), "d")).to.equal("4");
    expect(await ask(ana, send("hello", { replyTo: base + 1 }), "s")).to.equal("5");
    const others: [WriteCommand, string][] = [
      [edit(base + 1, "another"), "e"],
      [edit(base + 2, "one"), "e"],
      [edit(base + 9, "one"), "e"],
      [edit(base + 1, ""), "e"],
      [edit(base + 1, "a\0b"), "e"],
      [remove(base + 1), "e"],
      [send("one"), "e"],
      [remove(base + 1), "d"],
      [edit(base + 2, "2"), "d"],
      [send("hello"), "s"],
      [send("hello", { replyTo: base + 3 }), "s"],
      [reply(base + 9, "hello!"), "s"],
      [edit(base + 1, "hello"), "s"],
      [remove(base + 1), "s"],
    ];
    for (const [command, requestId] of others) {
      expect(await ask(ana, command, requestId), JSON.stringify(command)).to.equal("REQUEST_ID_REUSED");
    }
    expect(await ask(ana, edit(base + 1, "one"), "e")).to.equal("3 again");
    expect(await ask(ana, remove(base + 2), "d")).to.equal("4 again");
    expect(await ask(ana, send("hello", { replyTo: base + 1 }), "s")).to.equal("5 again");
    expect(await idsAfter(store.log, base + 5)).to.deep.equal([]);
  });

  it("a command keeps its request id after its message was edited or deleted", async () => {
    const { ask, say } = await setUp();
    expect(await say(ana, "1", undefined, "r1")).to.equal("1");
    expect(await say(ana, "2", undefined, "r2")).to.equal("2");
    expect(await ask(ana, edit(base + 1, "one"), "e")).to.equal("3");
    expect(await ask(ana, edit(base + 1, "uno"))).to.equal("4");
    expect(await ask(ana, remove(base + 2))).to.equal("5");
    expect(await say(ana, "1", undefined, "r1")).to.equal("1 again");
    expect(await say(ana, "uno", undefined, "r1"), "the newest text").to.equal("REQUEST_ID_REUSED");
    expect(await say(ana, "2", undefined, "r2")).to.equal("2 again");
    expect(await ask(ana, remove(base + 1))).to.equal("6");
    expect(await say(ana, "1", undefined, "r1"), "deleted").to.equal("1 again");
    expect(await ask(ana, edit(base + 1, "one"), "e"), "the edit of a deleted message").to.equal("3 again");
  });

  it("the log is asked for a request id only before a refusal", async () => {
    const { ask, say, finds } = await setUp();
    await say(ana, "hello", undefined, "r1");
    await ask(ana, edit(base + 1, "x"), "r2");
    await ask(ana, reply(base + 1, "x"), "r3");
    await ask(ana, remove(base + 1), "r4");
    await ask(ana, remove(base + 1));
    expect(finds()).to.equal(0);
    await ask(ana, remove(base + 1), "r5");
    expect(finds()).to.equal(1);
  });

  it("an edit waits for the command in flight with the same request id", async () => {
    const { run, say, ask, gate } = await setUp();
    await say(ana, "hello");
    gate.shut();
    const first = await run(ana, edit(base + 1, "x"), "r");
    await gate.entered();
    const others = [ask(ana, edit(base + 1, "x"), "r"), ask(ana, remove(base + 1), "r")];
    expect(await isSettled(Promise.race(others))).to.equal(false);
    gate.open();
    expect(await first.outcome).to.include({ kind: "accepted", duplicate: false });
    expect(await Promise.all(others)).to.deep.equal(["2 again", "REQUEST_ID_REUSED"]);
  });

  it("an edit is refused if the store is unavailable, and may be sent again", async () => {
    const { ask, say, breakWith } = await setUp();
    await say(ana, "hello");
    breakWith(new StoreUnavailable("the disk is full"));
    expect(await ask(ana, edit(base + 1, "x"), "r")).to.equal("STORE_UNAVAILABLE");
    expect(await ask(ana, remove(base + 9), "r")).to.equal("STORE_UNAVAILABLE");
    breakWith(undefined);
    expect(await ask(ana, edit(base + 1, "x"), "r")).to.equal("2");
  });

  it("an edit of a session that has ended gets no reply, and is not written", async () => {
    const { ask, say } = await setUp();
    await say(ana, "hello");
    await store.sessions.end(ana.sessionId, false);
    expect(await ask(ana, edit(base + 1, "x"))).to.equal("no answer");
    expect(await ask(ana, remove(base + 1))).to.equal("no answer");
    expect(await idsAfter(store.log, base)).to.deep.equal([base + 1]);
  });
});
