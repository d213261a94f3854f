import { expect } from "chai";
import fc from "fast-check";
import type { RetentionPolicy } from "../../src/server/common/limits.ts";
import { LocalBus } from "../../src/server/engines/memory/index.ts";
import { timeOf } from "../../src/server/log/entry.ts";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { Retention } from "../../src/server/log/retention.ts";
import { override } from "../support/engines.ts";
import { until } from "../support/eventLoop.ts";
import { ModelStore } from "../support/modelStore.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, enlist, idsAfter, NOON, type Person, post, range, useEmptyStore } from "../support/storeFixture.ts";

const DAY = 24 * 60 * 60 * 1_000;

interface SetUp {
  readonly policy?: Partial<RetentionPolicy>;
  readonly clock?: () => number | undefined;
}

function retentionOf(store: LogStore, { policy, clock = () => NOON }: SetUp = {}) {
  const bus = new LocalBus();
  const notifications: Notification[] = [];
  bus.subscribe((notification) => notifications.push(notification));
  const retention = new Retention({ store, bus, policy: { maxAgeMs: 0, maxMessages: 0, ...policy }, clock });
  const look = async (times: number) => {
    for (let i = 0; i < times; i++) await retention.check();
  };
  return { retention, look, notifications };
}

describe("Retention", () => {
  const store = useEmptyStore(sqliteFixture);
  let ana: Person;
  beforeEach(async () => {
    ana = await enlist(store, "ana");
  });

  /** Appends a message for each of these times after noon. */
  const say = (...times: number[]) => store.log.append(times.map((at) => draft(ana, "-", { at: NOON + at })));
  const kept = () => idsAfter(store.log, 0);

  it("retention without bounds keeps all messages", async () => {
    await say(...range(1, 20));
    const { look, notifications } = retentionOf(store.log, { clock: () => NOON + 10_000 * DAY });
    await look(2);
    expect(await kept()).to.deep.equal(range(1, 20));
    expect(notifications).to.deep.equal([]);
  });

  it("a truncation stops between two steps if the log regresses: an id may then have another message", async () => {
    const model = new ModelStore();
    await model.append(range(1, 1_000).map(() => ({ ...DRAFT, at: NOON })));
    const { retention } = retentionOf(
      override<ModelStore>(model, {
        truncate: async (before) => {
          await model.truncate(before);
          if (before < 300) model.regress(600);
        },
      }),
    );
    await retention.truncate(900);
    expect(model.log.oldestId).to.be.within(100, 300);
    expect(model.headId).to.equal(600);
  });

  it("retention keeps the newest messages up to the bound, from the first check on", async () => {
    await say(...range(1, 20));
    const { look, notifications } = retentionOf(store.log, { policy: { maxMessages: 5 } });
    await look(1);
    expect(await kept()).to.deep.equal(range(16, 20));
    const { logId } = await store.log.state();
    expect(notifications).to.deep.equal([{ kind: "truncated", logId, oldestId: 16 }]);
    await say(21, 22);
    await look(1);
    expect(await kept()).to.deep.equal(range(18, 22));
  });

  it("retention does not change a log that is empty or within its bounds", async () => {
    const { look, notifications } = retentionOf(store.log, { policy: { maxMessages: 5, maxAgeMs: DAY } });
    await look(2);
    await say(...range(1, 5));
    await look(2);
    expect(await kept()).to.deep.equal(range(1, 5));
    expect(notifications).to.deep.equal([]);
  });

  it("a message is removed once it is older than the bound, and not a millisecond sooner", async () => {
    await say(0, 1, 2, 2, 3);
    let now = NOON + DAY;
    const { look } = retentionOf(store.log, { policy: { maxAgeMs: DAY }, clock: () => now });
    await look(1);
    expect(await kept()).to.deep.equal(range(1, 5));
    now += 2;
    await look(1);
    expect(await kept()).to.deep.equal(range(3, 5));
  });

  it("all messages are removed if all are too old, and the ids continue", async () => {
    await say(0, 1, 2);
    const { look } = retentionOf(store.log, { policy: { maxAgeMs: DAY }, clock: () => NOON + 9 * DAY });
    await look(1);
    expect(await kept()).to.deep.equal([]);
    expect(await store.log.state()).to.include({ headId: 3, oldestId: 4 });
    expect(await post(store.log, draft(ana, "next"))).to.equal(4);
  });

  it("a message is removed if it violates either bound", async () => {
    await say(0, 1, 2, 3, 4, 5);
    const clock = () => NOON + DAY + 2;
    await retentionOf(store.log, { policy: { maxAgeMs: DAY, maxMessages: 5 }, clock }).look(1);
    expect(await kept()).to.deep.equal(range(3, 6));
    await retentionOf(store.log, { policy: { maxAgeMs: DAY, maxMessages: 2 }, clock }).look(1);
    expect(await kept()).to.deep.equal([5, 6]);
  });

  it("a clock that is not settled removes no message for its age, but the maximum number holds", async () => {
    await say(0, 1, 2);
    let now: number | undefined;
    const { look } = retentionOf(store.log, { policy: { maxAgeMs: DAY, maxMessages: 2 }, clock: () => now });
    await look(2);
    expect(await kept()).to.deep.equal([2, 3]);
    now = NOON + 5_000 * DAY;
    await look(1);
    expect(await kept()).to.deep.equal([]);
  });

  it("a clock that is set back removes no message", async () => {
    await say(0, 1, 2);
    const { look } = retentionOf(store.log, { policy: { maxAgeMs: DAY }, clock: () => 0 });
    await look(2);
    expect(await kept()).to.deep.equal([1, 2, 3]);
  });

  it("a truncation runs in steps, and senders append in between", async () => {
    await say(...range(1, 3_000));
    let steps = 0;
    let toldBefore: number | undefined;
    const counting = override(store.log, {
      truncate: (before) => {
        steps += 1;
        toldBefore ??= notifications.length;
        return store.log.truncate(before);
      },
    });
    const { look, notifications } = retentionOf(counting, { policy: { maxMessages: 1 } });
    let done = false;
    const cut = look(1).finally(() => {
      done = true;
    });
    // The check has found out what to remove.
    await until(() => steps > 0, "the first step");
    let sent = 0;
    for (; !done; sent++) await post(store.log, draft(ana, "meanwhile"));
    await cut;
    expect(await kept()).to.deep.equal(range(3_000, 3_000 + sent));
    expect(steps).to.be.greaterThan(9);
    // An append that waits for a step runs before the next step.
    expect(sent).to.be.at.least(steps - 1);
    expect([toldBefore, notifications.length], "one notification, before the first step").to.deep.equal([1, 1]);
  });

  it("a truncation that was stopped between two steps is continued by the next one", async () => {
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

  it("a check that fails throws the error, and the next check tries again", async () => {
    await say(...range(1, 9));
    let isAway = true;
    const away = override(store.log, {
      truncate: async (before) => {
        if (isAway) throw new Error("the store is unavailable");
        return store.log.truncate(before);
      },
    });
    const { retention } = retentionOf(away, { policy: { maxMessages: 2 } });
    const failure = await retention.check().catch((error: Error) => error.message);
    expect(failure).to.equal("the store is unavailable");
    isAway = false;
    await retention.check();
    expect(await kept()).to.deep.equal([8, 9]);
  });
});

describe("Retention by age", () => {
  it("the binary search by age finds the same message as a linear search", async () => {
    const times = fc.array(fc.nat(30), { maxLength: 40 }).map((all) => all.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(times, fc.nat(40), fc.nat(45), async (sentAt, truncatedBefore, now) => {
        const model = new ModelStore();
        await model.append(sentAt.map((at) => ({ ...DRAFT, at })));
        await model.truncate(truncatedBefore);
        const { entries, oldestId } = model.log;
        const expected = entries.filter((entry) => entry.id >= oldestId && timeOf(entry) >= now - 10);
        const { look } = retentionOf(model, { policy: { maxAgeMs: 10 }, clock: () => now });
        await look(1);
        expect(await model.read(1, 100)).to.deep.equal(expected);
      }),
      { numRuns: 100 },
    );
  });
});

const DRAFT = {
  kind: "message" as const,
  sessionId: 1,
  senderId: 1,
  sender: "a",
  recipientId: 0,
  recipient: "",
  requestId: "",
  text: "-",
  replyTo: 0,
};
