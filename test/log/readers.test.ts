import { expect } from "chai";
import fc from "fast-check";
import { DEFAULT_LIMITS, DEFAULT_RETENTION, DEFAULT_TIMINGS } from "../../src/server/common/limits.ts";
import { systemStopwatch } from "../../src/server/common/stopwatch.ts";
import { LocalBus, MemoryFailedLogins, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { NodeSecrets } from "../../src/server/engines/secrets/index.ts";
import type { Draft } from "../../src/server/log/ports/logStore.ts";
import type { Engines } from "../../src/server/node/engines.ts";
import { ChatNode } from "../../src/server/node/node.ts";
import { WireEncoder } from "../../src/server/rpc/chat/encoder.ts";
import { ModelStore } from "../support/modelStore.ts";
import { type Entering, ModelReader, RESPONSE_BYTES } from "./modelReader.ts";

const READERS = 4;
const RUNS = 1_000;
/** How long the readers have to catch up at the end of a story, in milliseconds. */
const DEADLINE = 10_000;
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);

/** A bus that lets a test wait until the node follows another log. */
class WatchedBus extends LocalBus {
  followed = Promise.withResolvers<void>();

  override follow(): void {
    this.followed.resolve();
    this.followed = Promise.withResolvers<void>();
  }
}

/** A node with a timeline of a few messages and pages of five, so that short stories reach every boundary. */
async function openNode(store: ModelStore, bus: LocalBus): Promise<ChatNode> {
  const engines = {
    log: store,
    roster: new MemoryRoster(),
    failedLogins: new MemoryFailedLogins(),
    clockMark: { read: async () => undefined, write: async () => {} },
    bus,
    secrets: new NodeSecrets(),
    sessions: { touch: async () => {}, purge: async () => {}, cap: async () => {} },
  };
  return ChatNode.open({
    engines: engines as unknown as Engines,
    encoder: new WireEncoder("0"),
    retention: DEFAULT_RETENTION,
    limits: { ...DEFAULT_LIMITS, messagesPerSecond: 0 },
    timings: { ...DEFAULT_TIMINGS, holeTimeoutMs: 1 },
    sizes: {
      timelineBytes: 2_500,
      pageCacheBytes: 2_000,
      pageMessages: 5,
      responseBytes: RESPONSE_BYTES,
      maxReplies: 8,
    },
    loginFailures: 0,
    clock: Date.now,
    stopwatch: systemStopwatch,
    report: (error) => {
      if (!String(error).includes("has gone back")) throw error;
    },
  });
}

const reader = fc.nat(READERS - 1);
const account = fc.integer({ min: 1, max: READERS });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      messages: fc.array(
        fc.record({ from: account, to: fc.oneof(fc.constant(0), account), size: fc.integer({ min: 1, max: 700 }) }),
        { minLength: 1, maxLength: 8 },
      ),
      // The bus may lose a notification, repeat it, or deliver its parts in reverse order.
      notification: fc.constantFrom("once", "once", "once", "lost", "twice", "backwards"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("take" as const), reader, times: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("turn" as const), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cut" as const), reader }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("enter" as const),
      reader,
      how: fc.oneof(
        { weight: 3, arbitrary: fc.record({ kind: fc.constant("resume" as const) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("recent" as const), count: fc.nat(12) }) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("truncate" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("regress" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Plays a story, and lets all readers catch up at its end. */
async function play(story: readonly Step[]): Promise<void> {
  const store = new ModelStore();
  const bus = new WatchedBus();
  const node = await openNode(store, bus);
  const readers = Array.from({ length: READERS }, (_, i) => new ModelReader(store, i + 1));
  const append = async (drafts: readonly Draft[], notification: string) => {
    const head = store.headId;
    await store.append(drafts);
    if (notification === "backwards") for (let id = store.headId; id > head; id -= 1) tell(id - 1, id);
    else if (notification !== "lost") for (let i = 0; i < (notification === "twice" ? 2 : 1); i += 1) tell(head);
  };
  const tell = (after: number, to?: number) =>
    bus.publish({ kind: "appended", logId: store.log.logId, messages: store.log.messages.slice(after, to) });
  const regress = async (headId: number) => {
    const { logId } = store.log;
    const { promise: followed } = bus.followed;
    store.regress(headId);
    bus.publish({ kind: "head-advanced", logId, headId: Number.MAX_SAFE_INTEGER });
    // From here on the readers expect the new log: no message of it may come before.
    await followed;
  };
  const enter = (one: ModelReader, how: Entering) => {
    // Without a cursor the node begins at its own head, and the model at the head of the store, so they must be equal.
    if (how.kind === "recent" || one.cursor === undefined) tell(node.stats().headId);
    return one.enter(node, how);
  };
  try {
    for (const now of story) await doStep(now);
    const enterAll = async () => {
      const outside = readers.filter((one) => !one.isIn);
      for (const one of outside) await enter(one, { kind: "resume" });
      return outside.length > 0;
    };
    await enterAll();
    for (const notification of ["lost", "once"]) await append([draft({ from: 1, to: 0, size: 1 })], notification);
    // Then nothing more may come. A reader that has not caught up in time fails below.
    const inTime = performance.now() + DEADLINE;
    const areCaughtUp = () => readers.every((one) => one.isCaughtUp && one.cursor === store.headId);
    for (let quiet = 0; quiet < 12; ) {
      await turns(1);
      const hasTaken = readers.map((one) => one.take()).some(Boolean);
      const isOver = areCaughtUp() || performance.now() > inTime;
      quiet = (await enterAll()) || hasTaken || !isOver ? 0 : quiet + 1;
    }
    for (const one of readers) {
      expect(one.isCaughtUp, "never caught up").to.equal(true);
      expect(one.cursor, "not at the head").to.equal(store.headId);
    }
  } finally {
    await node.close();
  }

  async function doStep(now: Step): Promise<void> {
    switch (now.do) {
      case "append":
        return append(now.messages.map(draft), now.notification);
      case "take":
        for (let i = 0; i < now.times; i += 1) {
          readers[now.reader]?.take();
          await turns(1);
        }
        return;
      case "turn":
        return turns(now.times);
      case "cut":
        return readers[now.reader]?.cut();
      case "enter": {
        const one = readers[now.reader];
        return one === undefined || one.isIn ? undefined : enter(one, now.how);
      }
      case "truncate":
        return node.truncate(Math.ceil(now.share * (store.headId + 1)));
      case "regress":
        return regress(Math.floor(now.share * store.headId));
    }
  }
}

/** Counts messages, so that no two have the same text. */
let said = 0;

function draft({ from, to, size }: { from: number; to: number; size: number }): Draft {
  const recipient = to === 0 ? "" : `user${to}`;
  said += 1;
  return {
    sessionId: 1,
    senderId: from,
    sender: `user${from}`,
    recipientId: to,
    recipient,
    requestId: "",
    text: `${said}`.padEnd(size, "x"),
    at: 0,
  };
}

describe("LogReplica and its readers, against a model", () => {
  it(`a reader gets exactly the messages that it may see, in order (${RUNS} runs, SEED=${SEED})`, async function () {
    this.timeout(120_000);
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), play), { numRuns: RUNS, seed: SEED });
  });
});
