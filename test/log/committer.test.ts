import { expect } from "chai";
import { DEFAULT_SIZES } from "../../src/server/common/limits.ts";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { LocalBus } from "../../src/server/engines/memory/index.ts";
import { Committer } from "../../src/server/log/committer.ts";
import { textOf } from "../../src/server/log/entry.ts";
import { LogReplica } from "../../src/server/log/logReplica.ts";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import type { AppendResult, Draft, LogStore } from "../../src/server/log/ports/logStore.ts";
import { encoder } from "../support/encoder.ts";
import { Gate, override } from "../support/engines.ts";
import { isSettled, turns, until } from "../support/eventLoop.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, enlist, headOf, idsAfter, type Person, range, signIn, useStore } from "../support/storeFixture.ts";

describe("Committer", () => {
  const store = useStore(sqliteFixture);
  let ana: Person;
  let base: number;
  beforeEach(async () => {
    ana = await enlist(store, "ana");
    base = await headOf(store.log);
  });

  /** A committer whose appends wait at a gate, and can be made to fail. */
  async function setUp(between: (store: LogStore) => LogStore = (real) => real) {
    const gate = new Gate();
    const batches: (readonly Draft[])[] = [];
    let running = 0;
    let most = 0;
    let fail: { with: Error; afterwards: boolean } | undefined;
    const appendAll = async (batch: readonly Draft[]): Promise<AppendResult[]> => {
      batches.push(batch);
      most = Math.max(most, ++running);
      const failure = fail;
      try {
        await gate.pass();
        if (failure !== undefined && !failure.afterwards) throw failure.with;
        const appended = await store.log.append(batch);
        if (failure !== undefined) throw failure.with;
        return appended;
      } finally {
        running -= 1;
      }
    };
    const through = between(override<LogStore>(store.log, { append: appendAll }));
    const log = await LogReplica.open(through, encoder, DEFAULT_SIZES);
    const bus = new LocalBus();
    const notifications: Notification[] = [];
    bus.subscribe((notification) => {
      notifications.push(notification);
      if (notification.kind === "appended") log.ingest(notification.entries);
    });
    const reported: unknown[] = [];
    const committer = new Committer({
      store: through,
      log,
      bus,
      report: (error) => reported.push(error),
    });
    const append = (message: Draft) => committer.append(message, log.logId);
    return {
      committer,
      append,
      gate,
      batches,
      notifications,
      log,
      reported,
      most: () => most,
      failWith: (error: Error | undefined, afterwards = false) => {
        fail = error && { with: error, afterwards };
      },
      sizes: () => batches.map((batch) => batch.length),
    };
  }

  const say = (text: string) => draft(ana, text);

  it("one append is in flight, and the drafts that arrive meanwhile form the next one", async () => {
    const { append, gate, sizes, most } = await setUp();
    gate.shut();
    const first = append(say("first"));
    await gate.entered();
    const others = range(1, 25).map((i) => append(say(`${i}`)));
    await turns(3);
    expect(sizes()).to.deep.equal([1]);
    gate.open();
    await Promise.all([first, ...others]);
    expect(sizes()).to.deep.equal([1, 25]);
    expect(most()).to.equal(1);
  });

  it("the drafts of one turn of the event loop form one commit, in their order", async () => {
    const { append, batches } = await setUp();
    const outcomes = await Promise.all(range(1, 10).map((i) => append(say(`${i}`))));
    expect(batches).to.have.length(1);
    expect(outcomes.map((outcome) => outcome.kind === "appended" && outcome.entry.id - base)).to.deep.equal(
      range(1, 10),
    );
    expect(batches[0]?.map(draftText)).to.deep.equal(range(1, 10).map(String));
  });

  it("each sender gets the result of its own draft", async () => {
    const { append } = await setUp();
    const ended = await signIn(store, ana);
    await store.sessions.end(ended.sessionId, false);
    const outcomes = await Promise.all(
      [
        draft(ana, "a", { requestId: "r" }),
        draft(ana, "a", { requestId: "r" }),
        draft(ana, "b", { requestId: "r" }),
        draft(ended, "c"),
      ].map((each) => append(each)),
    );
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["appended", "duplicate", "reused", "session-ended"]);
  });

  it("only new messages are published, and before their senders get the result", async () => {
    const { append, notifications, log } = await setUp();
    const first = draft(ana, "a", { requestId: "r" });
    const heard = await append(first).then(() => notifications.length);
    expect(heard).to.equal(1);
    await Promise.all([append(first), append(draft(ana, "b")), append(first)]);
    await append(first);
    expect(
      notifications.map(
        (notification) => notification.kind === "appended" && notification.entries.map(({ id }) => id - base),
      ),
    ).to.deep.equal([[1], [2]]);
    expect(notifications).to.deep.include({
      kind: "appended",
      logId: log.logId,
      entries: await store.log.read(base + 2, base + 2),
    });
  });

  it("a commit that fails rejects only the drafts of its own batch", async () => {
    const { append, gate, failWith, sizes, reported } = await setUp();
    const full = new StoreUnavailable("the disk is full");
    failWith(full);
    gate.shut();
    const lost = range(1, 3).map((i) => append(say(`lost ${i}`)).catch((error) => error));
    await gate.entered();
    failWith(undefined);
    const saved = range(1, 2).map((i) => append(say(`saved ${i}`)));
    gate.open();
    expect(await Promise.all(lost)).to.deep.equal([full, full, full]);
    expect((await Promise.all(saved)).map(({ kind }) => kind)).to.deep.equal(["appended", "appended"]);
    expect(sizes()).to.deep.equal([3, 2]);
    expect(reported, "reports").to.deep.equal([full]);
    expect(await idsAfter(store.log, base)).to.deep.equal([base + 1, base + 2]);
  });

  it("a message that was stored by a commit with an unknown outcome is read without a further message", async () => {
    const { append, failWith, log } = await setUp();
    failWith(new OutcomeUnknown("the thread has died"), true);
    const unknown = await append(say("was it?")).catch((error) => error);
    expect(unknown).to.be.instanceOf(OutcomeUnknown);
    await until(() => log.headId === base + 1, "the log to have the message");
  });

  describe("after a log regression", () => {
    /** A committer on a log whose id changes when a test calls `regress`. */
    async function setUpOther() {
      let logId: string | undefined;
      const opened = await setUp((real) =>
        override<LogStore>(real, {
          state: async () => {
            const state = await real.state();
            return { ...state, logId: logId ?? state.logId };
          },
        }),
      );
      const regress = async () => {
        logId = "another log";
        await opened.log.sync.run();
      };
      return { ...opened, regress };
    }

    it("drafts for the log before the regression are refused and not appended", async () => {
      const { committer, append, gate, batches, log, regress } = await setUpOther();
      const { logId } = log;
      gate.shut();
      const inFlight = append(say("in flight")).catch((error) => error);
      await gate.entered();
      const waiting = append(say("waiting")).catch((error) => error);
      await regress();
      const late = committer.append(say("late"), logId).catch((error) => error);
      const fresh = append(say("fresh"));
      gate.open();
      expect(await inFlight).to.be.instanceOf(OutcomeUnknown);
      expect(await waiting).to.be.instanceOf(StoreUnavailable);
      expect(await late).to.be.instanceOf(StoreUnavailable);
      expect((await fresh).kind).to.equal("appended");
      expect(batches.flatMap((batch) => batch.map(draftText))).to.deep.equal(["in flight", "fresh"]);
    });

    it("messages that were in flight during the regression are not published", async () => {
      const { append, gate, notifications, log, regress } = await setUpOther();
      gate.shut();
      const inFlight = append(say("in flight")).catch((error) => error);
      await gate.entered();
      await regress();
      gate.open();
      await inFlight;
      expect(notifications).to.deep.equal([]);
      await until(() => log.headId === base + 1, "the log to sync");
    });
  });

  it("a refused append makes the log sync, because another copy of the store may have taken over", async () => {
    const { append, failWith, log } = await setUp();
    failWith(new StoreUnavailable("the log has another id"));
    await store.log.append([say("another node's")]);
    await append(say("refused")).catch(() => {});
    await until(() => log.headId === base + 1, "the log to sync");
  });

  it("a commit has at most 1,000 drafts; the others form the next commits", async () => {
    const { append, gate, sizes } = await setUp();
    gate.shut();
    const all = [append(say("first"))];
    await gate.entered();
    for (const i of range(1, 2_500)) all.push(append(say(`${i}`)));
    gate.open();
    await Promise.all(all);
    expect(sizes()).to.deep.equal([1, 1_000, 1_000, 500]);
    expect((await store.log.read(base + 2, base + 2_501)).map(textOf)).to.deep.equal(range(1, 2_500).map(String));
  });

  it("a commit is bounded in bytes", async () => {
    const { append, gate, batches } = await setUp();
    gate.shut();
    const long = "x".repeat(60_000);
    const all = [append(say("first"))];
    await gate.entered();
    for (let i = 0; i < 200; i++) all.push(append(say(long)));
    gate.open();
    await Promise.all(all);
    expect(batches.length).to.be.above(3);
    for (const batch of batches) expect(batch.length * 60_000).to.be.at.most(5 * 1024 * 1024);
  });

  it("the queue of drafts is bounded, and waiters are admitted when it has space again", async () => {
    const { committer, append, gate } = await setUp();
    gate.shut();
    const long = "x".repeat(1_000_000);
    const all = [append(say("first"))];
    await gate.entered();
    let waiting = 0;
    while (waiting < 64 && (await isSettled(committer.waitForSpace()))) {
      waiting += 1;
      all.push(append(say(long)));
    }
    expect(waiting).to.be.within(8, 32);
    const space = committer.waitForSpace();
    expect(await isSettled(space)).to.equal(false);
    gate.open();
    await space;
    await Promise.all(all);
    expect(await isSettled(committer.waitForSpace())).to.equal(true);
  });

  it("the committer is idle only when no draft waits and no commit is in flight", async () => {
    const { committer, append, gate } = await setUp();
    expect(await isSettled(committer.idle())).to.equal(true);
    gate.shut();
    const appended = append(say("-"));
    await gate.entered();
    const next = append(say("-"));
    const idle = committer.idle();
    expect(await isSettled(idle)).to.equal(false);
    gate.open();
    await idle;
    expect(await isSettled(Promise.all([appended, next]))).to.equal(true);
  });
});

function draftText(one: Draft): string {
  return one.kind === "deleted" ? "" : one.text;
}
