import { expect } from "chai";
import fc from "fast-check";
import { DEFAULT_LIMITS, DEFAULT_RETENTION, DEFAULT_TIMINGS } from "../../src/server/common/limits.ts";
import { systemStopwatch } from "../../src/server/common/stopwatch.ts";
import { LocalBus, MemoryFailedLogins, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { NodeSecrets } from "../../src/server/engines/secrets/index.ts";
import type { Notification } from "../../src/server/log/ports/bus.ts";
import type { Draft } from "../../src/server/log/ports/logStore.ts";
import type { Engines } from "../../src/server/node/engines.ts";
import { ChatNode } from "../../src/server/node/node.ts";
import { WireEncoder } from "../../src/server/rpc/chat/encoder.ts";
import { type ModelLog, ModelStore } from "../support/modelStore.ts";
import { type Entering, ModelReader, RESPONSE_BYTES } from "./modelReader.ts";

const READERS = 4;
const RUNS = 500;
const LONG_RUNS = 2_000;
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
    search: { advance: async () => false },
    roster: new MemoryRoster(),
    failedLogins: new MemoryFailedLogins(),
    clockMark: { read: async () => undefined, write: async () => {} },
    bus,
    secrets: new NodeSecrets(),
    sessions: { touch: async () => {}, purge: async () => {}, cap: async () => {} },
    readMarkers: { get: async () => 0 },
  };
  return ChatNode.open({
    engines: engines as unknown as Engines,
    encoder: new WireEncoder("0"),
    retention: DEFAULT_RETENTION,
    limits: { ...DEFAULT_LIMITS, messagesPerSecond: 0 },
    timings: { ...DEFAULT_TIMINGS, holeTimeoutMs: 1 },
    sizes: {
      timelineBytes: 2_500,
      pageCacheBytes: 6_000,
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
const size = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 700 }));
/** Which of the messages of an account is changed: that many before its newest one, counted round. */
const back = fc.oneof(fc.nat(2), fc.nat(200));
const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("message" as const),
      from: account,
      to: fc.oneof(fc.constant(0), account),
      size,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("edited" as const), from: account, back, size }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("deleted" as const), from: account, back }) },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      commands: fc.array(command, { minLength: 1, maxLength: 8 }),
      // The bus may lose a notification, delay it, repeat it, or deliver its parts in reverse order.
      notification: fc.constantFrom("once", "once", "once", "lost", "late", "twice", "backwards"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("take" as const), reader, times: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("turn" as const), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cut" as const), reader }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("arrive" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("slow" as const), readTurns: fc.integer({ min: 1, max: 12 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("enter" as const),
      reader,
      how: fc.oneof(
        { weight: 3, arbitrary: fc.record({ kind: fc.constant("resume" as const) }) },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constant("recent" as const), count: fc.oneof(fc.nat(3), fc.nat(12)) }),
        },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("truncate" as const), percent: fc.nat(100) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("regress" as const), percent: fc.nat(100) }),
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
  /** The notifications that the bus delivers late. */
  let late: Notification[] = [];
  const append = async (commands: readonly Command[], notification: string) => {
    const head = store.headId;
    for (const one of commands) await store.append(draftsOf(one, store.log));
    if (notification === "backwards") for (let id = store.headId; id > head; id -= 1) tell(id - 1, id);
    else if (notification === "late") late.push(appended(head));
    else if (notification !== "lost") for (let i = 0; i < (notification === "twice" ? 2 : 1); i += 1) tell(head);
  };
  /** The entries as they were when they were appended. */
  const appended = (after: number, to?: number): Notification => {
    const { logId, appended: entries } = store.log;
    return { kind: "appended", logId, entries: entries.slice(after, to) };
  };
  const tell = (after: number, to?: number) => bus.publish(appended(after, to));
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
    for (const notification of ["lost", "once"]) {
      await append([{ kind: "message", from: 1, to: 0, size: 1 }], notification);
    }
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
      one.checkConverged();
    }
  } finally {
    await node.close();
  }

  async function doStep(now: Step): Promise<void> {
    switch (now.do) {
      case "append":
        return append(now.commands, now.notification);
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
      case "arrive":
        for (const notification of late) bus.publish(notification);
        late = [];
        return;
      case "slow":
        store.readTurns = now.readTurns;
        return;
      case "enter": {
        const one = readers[now.reader];
        return one === undefined || one.isIn ? undefined : enter(one, now.how);
      }
      case "truncate":
        return node.truncate(Math.ceil((now.percent / 100) * (store.headId + 1)));
      case "regress":
        return regress(Math.floor((now.percent / 100) * store.headId));
    }
  }
}

/** Counts drafts, so that no two have the same text or the same time. */
let said = 0;

/** The draft of a command; none if the account has no message to change. */
function draftsOf(one: Command, log: ModelLog): Draft[] {
  said += 1;
  const sender = { sessionId: 1, senderId: one.from, sender: `user${one.from}`, requestId: "", at: said };
  if (one.kind === "message") {
    const recipient = one.to === 0 ? "" : `user${one.to}`;
    const text = `${said}`.padEnd(one.size, "x");
    return [{ kind: "message", ...sender, recipientId: one.to, recipient, text, replyTo: 0 }];
  }
  const own = log.messagesOf(one.from).filter(({ senderId }) => senderId === one.from);
  const messageId = own.at(-1 - (one.back % own.length))?.id;
  if (messageId === undefined) return [];
  if (one.kind === "deleted") return [{ kind: "deleted", ...sender, messageId }];
  return [{ kind: "edited", ...sender, messageId, text: `${said}`.padEnd(one.size, "x") }];
}

/** Without `size`, nearly all stories have at most ten steps. */
const STORY = fc.array(step, { maxLength: 40, size: "max" });

describe("LogReplica and its readers, against a model", () => {
  for (const [runs, tag] of [
    [RUNS, ""],
    [LONG_RUNS, " @long"],
  ] as const) {
    it(`a reader gets no old text, and ends with the log as it is (${runs} runs, SEED=${SEED})${tag}`, async function () {
      this.timeout(600_000);
      await fc.assert(fc.asyncProperty(STORY, play), { numRuns: runs, seed: SEED });
    });
  }
});
