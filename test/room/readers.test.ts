import { expect } from "chai";
import fc from "fast-check";
import { LocalBus, MemoryAttempts, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { NodeSecrets } from "../../src/server/engines/secrets/index.ts";
import { LIMITS, RETENTION, TIMINGS } from "../../src/server/room/limits.ts";
import type { Engines } from "../../src/server/room/ports/engines.ts";
import type { Draft } from "../../src/server/room/ports/log.ts";
import { Room } from "../../src/server/room/room.ts";
import { WireEncoder } from "../../src/server/rpc/encoder.ts";
import { type Entering, Member, RESPONSE_BYTES } from "./modelMember.ts";
import { ModelStore } from "./modelStore.ts";

const MEMBERS = 4;
const RUNS = 1_000;
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);

/** A room whose timeline holds a few messages and whose pages hold five, so that every edge is near. */
async function openRoom(store: ModelStore, bus: LocalBus): Promise<Room> {
  const engines = {
    log: store,
    roster: new MemoryRoster(),
    attempts: new MemoryAttempts(),
    bus,
    secrets: new NodeSecrets(),
    sessions: { touch: async () => {}, sweep: async () => {} },
  };
  return Room.open({
    engines: engines as unknown as Engines,
    encoder: new WireEncoder("0"),
    retention: RETENTION,
    limits: { ...LIMITS, messagesPerSecond: 0 },
    timings: TIMINGS,
    sizes: { timeline: 2_500, pages: 2_000, page: 5, response: RESPONSE_BYTES, replies: 8 },
    loginFailures: 0,
    clock: Date.now,
    report: (error) => {
      throw error;
    },
  });
}

const member = fc.nat(MEMBERS - 1);
const account = fc.integer({ min: 1, max: MEMBERS });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      messages: fc.array(
        fc.record({ from: account, to: fc.oneof(fc.constant(0), account), size: fc.integer({ min: 1, max: 700 }) }),
        { minLength: 1, maxLength: 8 },
      ),
      // The bus is only a hint: it may lose one, or say it twice.
      hint: fc.constantFrom("once", "once", "once", "lost", "twice"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("take" as const), member, times: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("turn" as const), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cut" as const), member }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("enter" as const),
      member,
      how: fc.oneof(
        { weight: 3, arbitrary: fc.record({ kind: fc.constant("resume" as const) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("recent" as const), count: fc.nat(12) }) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("forget" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Plays a story and lets everyone catch up at its end. */
async function play(story: readonly Step[]): Promise<void> {
  const store = new ModelStore();
  const bus = new LocalBus();
  const room = await openRoom(store, bus);
  const members = Array.from({ length: MEMBERS }, (_, i) => new Member(store, i + 1));
  const append = async (drafts: readonly Draft[], times: number) => {
    const head = store.headId;
    await store.append(drafts);
    for (let i = 0; i < times; i += 1) tell(head);
  };
  const tell = (after: number) => bus.publish({ kind: "grown", logId: "model", messages: store.messages.slice(after) });
  const enter = (one: Member, how: Entering) => {
    // Whoever begins anew begins at this node's head, and the model at the log's.
    if (how.kind === "recent" || one.cursor === undefined) tell(room.stats().headId);
    return one.enter(room, how);
  };
  try {
    for (const now of story) await doStep(now);
    for (const one of members) if (!one.isIn) await enter(one, { kind: "resume" });
    for (const times of [0, 1]) await append([draft({ from: 1, to: 0, size: 1 })], times);
    // Paced rounds rest for a quarter of their own length: here that is no time at all.
    for (let quiet = 0; quiet < 12; ) {
      await turns(1);
      quiet = members.map((one) => one.take()).some(Boolean) ? 0 : quiet + 1;
    }
    for (const one of members) {
      expect(one.isCaughtUp, "never caught up").to.equal(true);
      expect(one.cursor, "not at the head").to.equal(store.headId);
    }
  } finally {
    await room.close();
  }

  async function doStep(now: Step): Promise<void> {
    switch (now.do) {
      case "append":
        return append(now.messages.map(draft), { once: 1, lost: 0, twice: 2 }[now.hint] ?? 1);
      case "take":
        for (let i = 0; i < now.times; i += 1) {
          members[now.member]?.take();
          await turns(1);
        }
        return;
      case "turn":
        return turns(now.times);
      case "cut":
        return members[now.member]?.cut();
      case "enter": {
        const one = members[now.member];
        return one === undefined || one.isIn ? undefined : enter(one, now.how);
      }
      case "forget":
        return room.forget(Math.ceil(now.share * (store.headId + 1)));
    }
  }
}

function draft({ from, to, size }: { from: number; to: number; size: number }): Draft {
  const recipient = to === 0 ? "" : `user${to}`;
  return {
    sessionId: 1,
    senderId: from,
    sender: `user${from}`,
    recipientId: to,
    recipient,
    requestId: "",
    text: "x".repeat(size),
    at: 0,
  };
}

describe("the timeline and its readers, against a model", () => {
  it(`everyone gets exactly what they may see, in order, whatever happens (${RUNS} stories, SEED=${SEED})`, async function () {
    this.timeout(120_000);
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), play), { numRuns: RUNS, seed: SEED });
  });
});
