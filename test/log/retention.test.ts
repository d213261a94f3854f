import { expect } from "chai";
import fc from "fast-check";
import type { RetentionPolicy } from "../../src/server/common/limits.ts";
import { LocalBus } from "../../src/server/engines/memory/index.ts";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { Retention } from "../../src/server/log/retention.ts";
import { override } from "../support/engines.ts";
import { until } from "../support/eventLoop.ts";
import { ModelStore } from "../support/modelStore.ts";
import { sqlitePlace } from "../support/sqliteFixture.ts";
import { draft, enlist, idsAfter, NOON, type Person, post, range, useEmptyStore } from "../support/storeFixture.ts";

const DAY = 24 * 60 * 60 * 1_000;

interface SetUp {
  readonly policy?: Partial<RetentionPolicy>;
  readonly clock?: () => number | undefined;
}

function retentionOf(store: LogStore, { policy, clock = () => NOON }: SetUp = {}) {
  const bus = new LocalBus();
  const hints: Notification[] = [];
  bus.subscribe((hint) => hints.push(hint));
  const retention = new Retention({ store, bus, policy: { maxAgeMs: 0, maxMessages: 0, ...policy }, clock });
  const look = async (times: number) => {
    for (let i = 0; i < times; i++) await retention.check();
  };
  return { retention, look, hints };
}

describe("Retention", () => {
  const store = useEmptyStore(sqlitePlace);
  let ana: Person;
  beforeEach(async () => {
    ana = await enlist(store, "ana");
  });

  /** Messages of these times after noon. */
  const say = (...times: number[]) => store.log.append(times.map((at) => draft(ana, "-", { at: NOON + at })));
  const kept = () => idsAfter(store.log, 0);

  it("forgets nothing where nobody asks for it", async () => {
    await say(...range(1, 20));
    const { look, hints } = retentionOf(store.log, { clock: () => NOON + 10_000 * DAY });
    await look(2);
    expect(await kept()).to.deep.equal(range(1, 20));
    expect(hints).to.deep.equal([]);
  });

  it("stops in the midst of its steps where the log has gone back: the new one may have other messages there", async () => {
    const model = new ModelStore();
    await model.append(range(1, 1_000).map(() => ({ ...SOMEBODYS, at: NOON })));
    const { retention } = retentionOf(
      override<ModelStore>(model, {
        truncate: async (before) => {
          await model.truncate(before);
          if (before < 300) model.goBack(600);
        },
      }),
    );
    await retention.truncate(900);
    expect(model.log.oldestId).to.be.within(100, 300);
    expect(model.headId).to.equal(600);
  });

  it("keeps the newest messages, as many as it is told, and forgets the rest at the first look", async () => {
    await say(...range(1, 20));
    const { look, hints } = retentionOf(store.log, { policy: { maxMessages: 5 } });
    await look(1);
    expect(await kept()).to.deep.equal(range(16, 20));
    const { logId } = await store.log.state();
    expect(hints).to.deep.equal([{ kind: "truncated", logId, oldestId: 16 }]);
    await say(21, 22);
    await look(1);
    expect(await kept()).to.deep.equal(range(18, 22));
  });

  it("does nothing in a log that is empty, or has fewer messages", async () => {
    const { look, hints } = retentionOf(store.log, { policy: { maxMessages: 5, maxAgeMs: DAY } });
    await look(2);
    await say(...range(1, 5));
    await look(2);
    expect(await kept()).to.deep.equal(range(1, 5));
    expect(hints).to.deep.equal([]);
  });

  it("forgets a message once it is older than it is told, and not a millisecond sooner", async () => {
    await say(0, 1, 2, 2, 3);
    let now = NOON + DAY;
    const { look } = retentionOf(store.log, { policy: { maxAgeMs: DAY }, clock: () => now });
    await look(1);
    expect(await kept()).to.deep.equal(range(1, 5));
    now += 2;
    await look(1);
    expect(await kept()).to.deep.equal(range(3, 5));
  });

  it("forgets everything where all is too old; ids go on", async () => {
    await say(0, 1, 2);
    const { look } = retentionOf(store.log, { policy: { maxAgeMs: DAY }, clock: () => NOON + 9 * DAY });
    await look(1);
    expect(await kept()).to.deep.equal([]);
    expect(await store.log.state()).to.include({ headId: 3, oldestId: 4 });
    expect(await post(store.log, draft(ana, "next"))).to.equal(4);
  });

  it("follows the one of two rules that has had enough first", async () => {
    await say(0, 1, 2, 3, 4, 5);
    const clock = () => NOON + DAY + 2;
    await retentionOf(store.log, { policy: { maxAgeMs: DAY, maxMessages: 5 }, clock }).look(1);
    expect(await kept()).to.deep.equal(range(3, 6));
    await retentionOf(store.log, { policy: { maxAgeMs: DAY, maxMessages: 2 }, clock }).look(1);
    expect(await kept()).to.deep.equal([5, 6]);
  });

  it("forgets nothing for its age while the clock is not settled, and what is too much all the same", async () => {
    await say(0, 1, 2);
    let now: number | undefined;
    const { look } = retentionOf(store.log, { policy: { maxAgeMs: DAY, maxMessages: 2 }, clock: () => now });
    await look(2);
    expect(await kept()).to.deep.equal([2, 3]);
    now = NOON + 5_000 * DAY;
    await look(1);
    expect(await kept()).to.deep.equal([]);
  });

  it("forgets nothing by a clock that is set back", async () => {
    await say(0, 1, 2);
    const { look } = retentionOf(store.log, { policy: { maxAgeMs: DAY }, clock: () => 0 });
    await look(2);
    expect(await kept()).to.deep.equal([1, 2, 3]);
  });

  it("cuts in steps, and lets those who send in between", async () => {
    await say(...range(1, 3_000));
    let steps = 0;
    let toldBefore: number | undefined;
    const counting = override(store.log, {
      truncate: (before) => {
        steps += 1;
        toldBefore ??= hints.length;
        return store.log.truncate(before);
      },
    });
    const { look, hints } = retentionOf(counting, { policy: { maxMessages: 1 } });
    let done = false;
    const cut = look(1).finally(() => {
      done = true;
    });
    // It has looked how much is too much.
    await until(() => steps > 0, "the first step");
    let sent = 0;
    for (; !done; sent++) await post(store.log, draft(ana, "meanwhile"));
    await cut;
    expect(await kept()).to.deep.equal(range(3_000, 3_000 + sent));
    expect(steps).to.be.greaterThan(9);
    // One that waits for a step has its turn before the next.
    expect(sent).to.be.at.least(steps - 1);
    expect([toldBefore, hints.length], "told of once, before the first step").to.deep.equal([1, 1]);
  });

  it("stops between two steps, and goes on after that where it was", async () => {
    await say(...range(1, 3_000));
    const stopping = override(store.log, {
      truncate: async (before) => {
        await store.log.truncate(before);
        void interrupted.retention.stop();
      },
    });
    const interrupted = retentionOf(stopping, { policy: { maxMessages: 1 } });
    await interrupted.look(1);
    const { oldestId } = await store.log.state();
    expect(oldestId).to.be.within(2, 2_999);
    await interrupted.look(1);
    expect((await store.log.state()).oldestId).to.equal(oldestId);
    await retentionOf(store.log, { policy: { maxMessages: 1 } }).look(1);
    expect(await kept()).to.deep.equal([3_000]);
  });

  it("says what went wrong, and tries again at the next look", async () => {
    await say(...range(1, 9));
    let isAway = true;
    const away = override(store.log, {
      truncate: async (before) => {
        if (isAway) throw new Error("the store is away");
        return store.log.truncate(before);
      },
    });
    const { retention } = retentionOf(away, { policy: { maxMessages: 2 } });
    const failure = await retention.check().catch((error: Error) => error.message);
    expect(failure).to.equal("the store is away");
    isAway = false;
    await retention.check();
    expect(await kept()).to.deep.equal([8, 9]);
  });
});

describe("Retention by age", () => {
  it("cuts where going through all messages one by one would", async () => {
    const times = fc.array(fc.nat(30), { maxLength: 40 }).map((all) => all.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(times, fc.nat(40), fc.nat(45), async (sentAt, forgotten, now) => {
        const model = new ModelStore();
        await model.append(sentAt.map((at) => ({ ...SOMEBODYS, at })));
        await model.truncate(forgotten);
        const { messages, oldestId } = model.log;
        const expected = messages.filter(({ id, sentAt }) => id >= oldestId && sentAt >= now - 10);
        const { look } = retentionOf(model, { policy: { maxAgeMs: 10 }, clock: () => now });
        await look(1);
        expect(await model.read(1, 100)).to.deep.equal(expected);
      }),
      { numRuns: 100 },
    );
  });
});

const SOMEBODYS = { sessionId: 1, senderId: 1, sender: "a", recipientId: 0, recipient: "", requestId: "", text: "-" };
