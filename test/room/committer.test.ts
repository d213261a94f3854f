import { expect } from "chai";
import { LocalBus } from "../../src/server/engines/memory/index.ts";
import { Committer } from "../../src/server/room/committer.ts";
import { SIZES } from "../../src/server/room/limits.ts";
import { Log } from "../../src/server/room/log.ts";
import type { Hint } from "../../src/server/room/ports/bus.ts";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/room/ports/engines.ts";
import type { Appended, Draft, LogStore } from "../../src/server/room/ports/log.ts";
import { Tallies } from "../../src/server/room/tallies.ts";
import { sqlitePlace } from "../contract/sqlitePlace.ts";
import { draft, enlist, headOf, idsAfter, type Person, range, signIn, useStore } from "../contract/support.ts";
import { Gate, override } from "../support/engines.ts";
import { encoder } from "./support/encoder.ts";
import { isSettled, turns, until } from "./support/turns.ts";

describe("The group commit", () => {
  const store = useStore(sqlitePlace);
  let ana: Person;
  let base: number;
  beforeEach(async () => {
    ana = await enlist(store, "ana");
    base = await headOf(store.log);
  });

  /** A committer whose appends wait at a gate, and can be made to fail. */
  async function setUp() {
    const gate = new Gate();
    const batches: (readonly Draft[])[] = [];
    let running = 0;
    let most = 0;
    let fail: { with: Error; afterwards: boolean } | undefined;
    const append = async (batch: readonly Draft[]): Promise<Appended[]> => {
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
    const through = override<LogStore>(store.log, { append });
    const log = await Log.open(through, encoder, SIZES, () => {});
    const bus = new LocalBus();
    const hints: Hint[] = [];
    bus.subscribe((hint) => {
      hints.push(hint);
      if (hint.kind === "grown") log.takeIn(hint.messages);
    });
    const reported: unknown[] = [];
    const committer = new Committer({
      store: through,
      log,
      bus,
      tallies: new Tallies(),
      report: (error) => reported.push(error),
    });
    return {
      committer,
      gate,
      batches,
      hints,
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

  it("has one append under way, and what arrives meanwhile makes up the next one", async () => {
    const { committer, gate, sizes, most } = await setUp();
    gate.shut();
    const first = committer.append(say("first"));
    await gate.entered();
    const others = range(1, 25).map((i) => committer.append(say(`${i}`)));
    await turns(3);
    expect(sizes()).to.deep.equal([1]);
    gate.open();
    await Promise.all([first, ...others]);
    expect(sizes()).to.deep.equal([1, 25]);
    expect(most()).to.equal(1);
  });

  it("takes what comes in one turn of the event loop into one commit, in its order", async () => {
    const { committer, batches } = await setUp();
    const outcomes = await Promise.all(range(1, 10).map((i) => committer.append(say(`${i}`))));
    expect(batches).to.have.length(1);
    expect(outcomes.map((outcome) => outcome.kind === "accepted" && outcome.id - base)).to.deep.equal(range(1, 10));
    expect(batches[0]?.map(({ text }) => text)).to.deep.equal(range(1, 10).map(String));
  });

  it("gives each sender their own outcome", async () => {
    const { committer } = await setUp();
    const ended = await signIn(store, ana);
    await store.sessions.end(ended.sessionId, false);
    const outcomes = await Promise.all(
      [
        draft(ana, "a", { requestId: "r" }),
        draft(ana, "a", { requestId: "r" }),
        draft(ana, "b", { requestId: "r" }),
        draft(ended, "c"),
      ].map((each) => committer.append(each)),
    );
    expect(outcomes.map((outcome) => (outcome.kind === "accepted" ? outcome.duplicate : outcome.kind))).to.deep.equal([
      false,
      true,
      "reused",
      "session-ended",
    ]);
  });

  it("tells every node of the new messages, and of no others, before their senders hear of it", async () => {
    const { committer, hints, log } = await setUp();
    const first = draft(ana, "a", { requestId: "r" });
    const heard = await committer.append(first).then(() => hints.length);
    expect(heard).to.equal(1);
    await Promise.all([committer.append(first), committer.append(draft(ana, "b")), committer.append(first)]);
    await committer.append(first);
    expect(hints.map((hint) => hint.kind === "grown" && hint.messages.map(({ id }) => id - base))).to.deep.equal([
      [1],
      [2],
    ]);
    expect(hints).to.deep.include({
      kind: "grown",
      logId: log.logId,
      messages: await store.log.read(base + 2, base + 2),
    });
  });

  it("that fails is that of its own batch alone", async () => {
    const { committer, gate, failWith, sizes, reported } = await setUp();
    const away = new StoreUnavailable("the disk is full");
    failWith(away);
    gate.shut();
    const lost = range(1, 3).map((i) => committer.append(say(`lost ${i}`)).catch((error) => error));
    await gate.entered();
    failWith(undefined);
    const saved = range(1, 2).map((i) => committer.append(say(`saved ${i}`)));
    gate.open();
    expect(await Promise.all(lost)).to.deep.equal([away, away, away]);
    expect((await Promise.all(saved)).map(({ kind }) => kind)).to.deep.equal(["accepted", "accepted"]);
    expect(sizes()).to.deep.equal([3, 2]);
    expect(reported, "the operator hears of it once").to.deep.equal([away]);
    expect(await idsAfter(store.log, base)).to.deep.equal([base + 1, base + 2]);
  });

  it("whose outcome is unknown, and that happened all the same, is seen without another message", async () => {
    const { committer, failWith, log } = await setUp();
    failWith(new OutcomeUnknown("the thread has died"), true);
    const unknown = await committer.append(say("was it?")).catch((error) => error);
    expect(unknown).to.be.instanceOf(OutcomeUnknown);
    await until(() => log.headId === base + 1, "the message to be taken in");
  });

  it("is of a bounded size: a thousand messages at most, and the rest in the next ones", async () => {
    const { committer, gate, sizes } = await setUp();
    gate.shut();
    const all = [committer.append(say("first"))];
    await gate.entered();
    for (const i of range(1, 2_500)) all.push(committer.append(say(`${i}`)));
    gate.open();
    await Promise.all(all);
    expect(sizes()).to.deep.equal([1, 1_000, 1_000, 500]);
    expect((await store.log.read(base + 2, base + 2_501)).map(({ text }) => text)).to.deep.equal(
      range(1, 2_500).map(String),
    );
  });

  it("is of a bounded size in bytes too", async () => {
    const { committer, gate, batches } = await setUp();
    gate.shut();
    const long = "x".repeat(60_000);
    const all = [committer.append(say("first"))];
    await gate.entered();
    for (let i = 0; i < 200; i++) all.push(committer.append(say(long)));
    gate.open();
    await Promise.all(all);
    expect(batches.length).to.be.above(3);
    for (const batch of batches) expect(batch.length * 60_000).to.be.at.most(5 * 1024 * 1024);
  });

  it("lets a bounded amount wait, and whoever comes then when there is room again", async () => {
    const { committer, gate } = await setUp();
    gate.shut();
    const long = "x".repeat(1_000_000);
    const all = [committer.append(say("first"))];
    await gate.entered();
    let waiting = 0;
    while (waiting < 64 && (await isSettled(committer.room()))) {
      waiting += 1;
      all.push(committer.append(say(long)));
    }
    expect(waiting).to.be.within(8, 32);
    const room = committer.room();
    expect(await isSettled(room)).to.equal(false);
    gate.open();
    await room;
    await Promise.all(all);
    expect(await isSettled(committer.room())).to.equal(true);
  });

  it("is idle when nothing is under way, and not before", async () => {
    const { committer, gate } = await setUp();
    expect(await isSettled(committer.idle())).to.equal(true);
    gate.shut();
    const append = committer.append(say("-"));
    await gate.entered();
    const next = committer.append(say("-"));
    const idle = committer.idle();
    expect(await isSettled(idle)).to.equal(false);
    gate.open();
    await idle;
    expect(await isSettled(Promise.all([append, next]))).to.equal(true);
  });
});
